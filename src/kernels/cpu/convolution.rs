//! Convolutions on the CPU, each by the way that suits its shape and the processor.

use super::patches;
#[cfg(target_arch = "x86_64")]
use super::{channel_vectors, position_vectors, vectors::Instructions};
use crate::kernels::geometry::Geometry;

/// A way to compute a convolution and its gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Patches,
    #[cfg(target_arch = "x86_64")]
    ChannelVectors(Instructions),
    #[cfg(target_arch = "x86_64")]
    PositionVectors(Instructions),
}

impl Way {
    /// The best way from a large map: to the small one, or to the gradient with respect to the weight.
    fn from_large(geometry: Geometry) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(best) = Instructions::best()
            && position_vectors::pay(best, geometry)
        {
            return Self::PositionVectors(best);
        }
        Self::to_large(geometry)
    }

    /// The best way from a small map to the large one.
    fn to_large(geometry: Geometry) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(best) = Instructions::best()
            && channel_vectors::pay(geometry)
        {
            return Self::ChannelVectors(best);
        }
        Self::Patches
    }

    fn down(self, large: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
        match self {
            Self::Patches => patches::down(large, weight, geometry, finish),
            #[cfg(target_arch = "x86_64")]
            Self::ChannelVectors(with) => channel_vectors::down(with, large, weight, geometry, finish),
            #[cfg(target_arch = "x86_64")]
            Self::PositionVectors(with) => position_vectors::down(with, large, weight, geometry, finish),
        }
    }

    fn up(self, small: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::ChannelVectors(with) => channel_vectors::up(with, small, weight, geometry, finish),
            _ => patches::up(small, weight, geometry, finish),
        }
    }

    fn weight_gradient(self, large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
        match self {
            Self::Patches => patches::weight_gradient(large, small, geometry),
            #[cfg(target_arch = "x86_64")]
            Self::ChannelVectors(with) => channel_vectors::weight_gradient(with, large, small, geometry),
            #[cfg(target_arch = "x86_64")]
            Self::PositionVectors(with) => position_vectors::weight_gradient(with, large, small, geometry),
        }
    }
}

/// small = W·patches(large). `finish` is called with some output images at a time, while they are in cache.
pub fn down(large: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    Way::from_large(geometry).down(large, weight, geometry, finish)
}

/// large = patchesᵀ(Wᵀ·small). `finish` is called with some output images at a time, while they are in cache.
pub fn up(small: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    Way::to_large(geometry).up(small, weight, geometry, finish)
}

/// Σ over images of small·patchesᵀ: the gradient with respect to the weight, `small channels × weights per channel`.
pub fn weight_gradient(large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    Way::from_large(geometry).weight_gradient(large, small, geometry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::geometry::Map;
    use crate::random::{Purpose, Stream};

    /// The ways that this processor has.
    fn ways() -> Vec<Way> {
        let mut ways = vec![Way::Patches];
        #[cfg(target_arch = "x86_64")]
        ways.extend(Instructions::available().flat_map(|with| [Way::ChannelVectors(with), Way::PositionVectors(with)]));
        ways
    }

    fn geometry(
        [channels, height, width]: [usize; 3],
        small: usize,
        [kernel, stride, padding]: [usize; 3],
    ) -> Geometry {
        let length = |length: usize| (length + 2 * padding - kernel) / stride + 1;
        Geometry {
            large: Map { channels, height, width },
            small: Map { channels: small, height: length(height), width: length(width) },
            kernel,
            stride,
            padding,
        }
    }

    /// Calls `product` with the places of every small number, weight and large number that meet.
    fn each_product(geometry: Geometry, images: usize, mut product: impl FnMut(usize, usize, usize)) {
        let Geometry { large, small, kernel, stride, padding } = geometry;
        for (image, channel, position) in (0..images * small.numbers())
            .map(|n| (n / small.numbers(), n % small.numbers() / small.area(), n % small.area()))
        {
            for index in 0..geometry.weights_per_channel() {
                let (from, ky, kx) = (index / (kernel * kernel), index / kernel % kernel, index % kernel);
                let (y, x) = (position / small.width * stride + ky, position % small.width * stride + kx);
                if (padding..padding + large.height).contains(&y) && (padding..padding + large.width).contains(&x) {
                    let place = (y - padding) * large.width + x - padding;
                    product(
                        image * small.numbers() + channel * small.area() + position,
                        channel * geometry.weights_per_channel() + index,
                        image * large.numbers() + from * large.area() + place,
                    );
                }
            }
        }
    }

    fn normals(counter: u64, count: usize) -> Vec<f32> {
        let mut values = vec![0.0; count];
        Stream::new(5, Purpose::Choice).fill_normal(counter, &mut values);
        values
    }

    /// The largest error, and the largest of the exact numbers.
    fn error(found: &[f32], exact: &[f64]) -> (f64, f64) {
        assert_eq!(found.len(), exact.len());
        let worst = found.iter().zip(exact).map(|(f, e)| (f64::from(*f) - e).abs()).fold(0.0, f64::max);
        (worst, exact.iter().fold(0.0, |m, e| m.max(e.abs())))
    }

    #[test]
    fn every_way_gives_the_convolution_and_its_gradients_at_every_shape() {
        let geometries = [
            geometry([1, 28, 28], 32, [4, 2, 1]),
            geometry([3, 17, 34], 18, [5, 2, 2]),
            geometry([20, 9, 6], 35, [3, 1, 1]),
            geometry([16, 14, 14], 16, [3, 1, 1]),
            geometry([70, 8, 8], 130, [4, 2, 1]),
            geometry([9, 7, 11], 8, [3, 2, 0]),
            geometry([8, 10, 8], 17, [5, 3, 2]),
            geometry([40, 5, 5], 12, [1, 1, 0]),
            geometry([24, 12, 20], 9, [1, 1, 0]),
            // Numbers that no weight meets, within the map and at its end.
            geometry([12, 6, 6], 10, [1, 2, 0]),
            geometry([10, 9, 11], 11, [2, 3, 0]),
            // More border than kernel, and borders that a position sees nothing but.
            geometry([1, 5, 4], 2, [4, 1, 3]),
            geometry([11, 3, 4], 9, [2, 1, 2]),
            geometry([8, 1, 1], 16, [1, 1, 0]),
            geometry([33, 1, 1], 8, [3, 1, 1]),
            geometry([300, 4, 4], 65, [3, 1, 1]),
        ];
        for geometry in geometries {
            for images in [1, 2, 7, 31] {
                if images > 7 && geometry.large.numbers() > 1000 {
                    continue;
                }
                let (large, small) =
                    (normals(0, images * geometry.large.numbers()), normals(1, images * geometry.small.numbers()));
                let weight = normals(2, geometry.small.channels * geometry.weights_per_channel());
                let mut exact = [vec![0.0_f64; small.len()], vec![0.0_f64; large.len()], vec![0.0_f64; weight.len()]];
                each_product(geometry, images, |s, w, l| {
                    exact[0][s] += f64::from(weight[w]) * f64::from(large[l]);
                    exact[1][l] += f64::from(weight[w]) * f64::from(small[s]);
                    exact[2][w] += f64::from(small[s]) * f64::from(large[l]);
                });
                for way in ways() {
                    let found = [
                        way.down(&large, &weight, geometry, |_| {}),
                        way.up(&small, &weight, geometry, |_| {}),
                        way.weight_gradient(&large, &small, geometry),
                    ];
                    for (what, (found, exact)) in ["down", "up", "gradient"].iter().zip(found.iter().zip(&exact)) {
                        let (worst, size) = error(found, exact);
                        assert!(worst <= 2e-6 * size, "{what}, {way:?}, {geometry:?}, {images} images: {worst}");
                    }
                }
            }
        }
    }

    #[test]
    fn each_number_is_finished_once() {
        for geometry in [
            geometry([3, 16, 16], 16, [3, 1, 1]),
            geometry([32, 8, 8], 24, [4, 2, 1]),
            geometry([20, 4, 4], 33, [3, 1, 1]),
            geometry([12, 3, 3], 8, [1, 1, 0]),
        ] {
            let images = 45;
            let (large, small) =
                (normals(0, images * geometry.large.numbers()), normals(1, images * geometry.small.numbers()));
            let weight = normals(2, geometry.small.channels * geometry.weights_per_channel());
            let halve = |numbers: &mut [f32]| numbers.iter_mut().for_each(|v| *v *= 0.5);
            let is_half =
                |half: &[f32], whole: &[f32]| half.iter().zip(whole).all(|(half, whole)| *half == whole * 0.5);
            for way in ways() {
                let (half, whole) =
                    (way.down(&large, &weight, geometry, halve), way.down(&large, &weight, geometry, |_| {}));
                assert!(half.len() == small.len() && is_half(&half, &whole), "{way:?}, {geometry:?}");
                let (half, whole) =
                    (way.up(&small, &weight, geometry, halve), way.up(&small, &weight, geometry, |_| {}));
                assert!(half.len() == large.len() && is_half(&half, &whole), "{way:?}, {geometry:?}");
            }
        }
    }
}
