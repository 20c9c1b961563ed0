//! Convolutions of the shapes that VAEs of images have, on the CPU, in two shards beside each other as a step computes
//! them: `cargo bench --bench convolutions`. A JSON line for each: its shape, and the milliseconds of a batch forward,
//! of the gradient with respect to the input and of that with respect to the kernels. `convolutions.py` compares them
//! with PyTorch's.

use burn::tensor::{Device, Tensor, TensorData};
use elbow::experiment::Activation;
use elbow::kernels::{self, Direction, Executor, Geometry, Map};
use elbow::random::{Purpose, Stream};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long each is measured.
const DURATION: Duration = Duration::from_millis(200);

/// The direction; channels and side of the large map, channels of the small one; kernel, stride and border; images.
type Shape = (Direction, [usize; 3], [usize; 3], usize);

const SHAPES: [Shape; 34] = [
    (Direction::Down, [1, 28, 32], [3, 1, 1], 128),
    (Direction::Down, [3, 32, 32], [3, 1, 1], 128),
    (Direction::Down, [16, 28, 16], [3, 1, 1], 64),
    (Direction::Down, [32, 32, 32], [3, 1, 1], 64),
    (Direction::Down, [32, 14, 32], [3, 1, 1], 128),
    (Direction::Down, [64, 16, 64], [3, 1, 1], 64),
    (Direction::Down, [64, 7, 64], [3, 1, 1], 128),
    (Direction::Down, [128, 8, 128], [3, 1, 1], 64),
    (Direction::Down, [256, 8, 256], [3, 1, 1], 32),
    (Direction::Down, [32, 64, 32], [3, 1, 1], 32),
    (Direction::Down, [32, 28, 64], [1, 1, 0], 64),
    (Direction::Down, [64, 14, 64], [1, 1, 0], 128),
    (Direction::Down, [256, 7, 64], [1, 1, 0], 128),
    (Direction::Down, [64, 16, 256], [1, 1, 0], 64),
    (Direction::Down, [1, 28, 32], [4, 2, 1], 128),
    (Direction::Down, [32, 14, 64], [4, 2, 1], 128),
    (Direction::Down, [1, 64, 32], [4, 2, 1], 128),
    (Direction::Down, [3, 64, 32], [4, 2, 1], 64),
    (Direction::Down, [32, 32, 64], [4, 2, 1], 64),
    (Direction::Down, [64, 16, 128], [4, 2, 1], 64),
    (Direction::Down, [128, 8, 256], [4, 2, 1], 64),
    (Direction::Down, [1, 28, 32], [5, 2, 2], 128),
    (Direction::Down, [32, 14, 64], [5, 2, 2], 128),
    (Direction::Down, [3, 64, 32], [5, 2, 2], 64),
    (Direction::Up, [1, 28, 32], [4, 2, 1], 128),
    (Direction::Up, [32, 14, 64], [4, 2, 1], 128),
    (Direction::Up, [1, 64, 32], [4, 2, 1], 128),
    (Direction::Up, [3, 64, 32], [4, 2, 1], 64),
    (Direction::Up, [32, 32, 64], [4, 2, 1], 64),
    (Direction::Up, [64, 16, 128], [4, 2, 1], 64),
    (Direction::Up, [128, 8, 256], [4, 2, 1], 64),
    (Direction::Up, [1, 28, 32], [5, 2, 2], 128),
    (Direction::Up, [32, 14, 64], [5, 2, 2], 128),
    (Direction::Up, [3, 28, 16], [3, 1, 1], 64),
];

fn normals<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    let mut values = vec![0.0; shape.iter().product()];
    Stream::new(1, Purpose::Choice).fill_normal(0, &mut values);
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// The median time of `work` for all shards, in milliseconds.
fn milliseconds(executor: &Executor, work: impl Fn() -> Tensor<2> + Sync) -> f64 {
    let run = || {
        let start = Instant::now();
        black_box(executor.map(vec![(); executor.shards()], |()| drop(black_box(work()))));
        start.elapsed()
    };
    for _ in 0..3 {
        run();
    }
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < DURATION || times.len() < 5 {
        times.push(run());
    }
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn main() {
    let executor = Executor::new(Device::flex(), 2);
    for (direction, [channels, side, small_channels], [kernel, stride, padding], images) in SHAPES {
        let small_side = (side + 2 * padding - kernel) / stride + 1;
        let geometry = Geometry {
            large: Map { channels, height: side, width: side },
            small: Map { channels: small_channels, height: small_side, width: small_side },
            kernel,
            stride,
            padding,
        };
        let rows = images / executor.shards();
        let maps = |direction| normals([rows, geometry.output(direction).numbers()]);
        let (large, small) = (maps(Direction::Up), maps(Direction::Down));
        let weight = normals([small_channels, geometry.weights_per_channel()]);
        let along = |direction: Direction| {
            let (x, bias) = (if direction == Direction::Down { &large } else { &small }, geometry.output(direction));
            let bias = Tensor::zeros([bias.channels], &Device::flex());
            milliseconds(&executor, || {
                let (x, weight, bias) = (x.clone(), weight.clone(), bias.clone());
                kernels::convolve(x, weight, bias, geometry, direction, Activation::Linear)
            })
        };
        let (forward, input) = (along(direction), along(direction.reverse()));
        let kernels = milliseconds(&executor, || {
            kernels::kernel_gradient(large.clone(), small.clone(), weight.clone(), geometry)
        });
        let line = serde_json::json!({
            "transposed": direction == Direction::Up,
            "large": [channels, side],
            "small": [small_channels, small_side],
            "kernel": kernel,
            "stride": stride,
            "padding": padding,
            "images": images,
            "ms": [forward, input, kernels],
        });
        println!("{line}");
    }
}
