use crate::support::{IMAGE, Small, experiment, grid, matrix, normals, posterior_beside, read, uniforms};
use elbow::experiment::{Choice, Likelihood, Prior};
use elbow::model::prior::LatentNoise;

const DRAWS: usize = 10_000;

fn small(prior: Prior, latent: usize) -> Small {
    // The couplings' networks have 64 inputs, those between layers 100.
    let spread = if matches!(prior, Prior::RealNvp { .. } | Prior::TwoLayer { .. }) { 0.15 } else { 0.7 };
    Small::new(&experiment(Likelihood::default(), latent, posterior_beside(prior), prior), IMAGE, spread)
}

fn noise(latent: usize) -> LatentNoise {
    LatentNoise { normal: matrix(&normals(21, DRAWS * latent), latent), uniform: matrix(&uniforms(22, DRAWS), 1) }
}

fn on_all_of_space() -> impl Iterator<Item = Prior> {
    let others = [
        Prior::VampPrior { pseudo_inputs: 3 },
        Prior::Ring { radius: 1.5, width: 0.4 },
        Prior::UniformBall { radius: 1.0, edge: 0.5 },
    ];
    // A hundred pseudo-inputs would take a while.
    let slow = |prior: &Prior| matches!(prior, Prior::UniformSphere | Prior::VampPrior { .. });
    Prior::ALL.iter().copied().filter(move |prior| !slow(prior)).chain(others)
}

/// By quadrature the density integrates to 1 on the line and in the plane, and as many draws fall into each of 16 cells
/// as it says.
#[test]
fn densities_are_normalised_and_samplers_agree_with_them() {
    let (reach, bins) = (10.0, 4);
    for prior in on_all_of_space() {
        for latent in [1, 2] {
            if latent == 1 && matches!(prior, Prior::TwoLayer { .. }) {
                continue;
            }
            let small = small(prior, latent);
            let density = small.model.prior(&small.pass());
            let side = 300;
            let axis = grid(-reach, reach, side);
            let z: Vec<f32> = match latent {
                1 => axis.clone(),
                _ => axis.iter().flat_map(|&a| axis.iter().flat_map(move |&b| [a, b])).collect(),
            };
            // On borders of the grid's cells, with mass on both sides.
            let cuts = [-16.0 / 15.0, 0.0, 4.0 / 3.0];
            let bin = |z: &[f64]| z.iter().fold(0, |bin, v| bin * bins + cuts.iter().filter(|c| v > c).count());
            let mut expected = vec![0.0; bins * bins];
            let cell = (2.0 * reach / side as f64).powi(latent as i32);
            for chunk in z.chunks(40_000 * latent) {
                for (z, log_p) in chunk.chunks(latent).zip(read(density.log_prob(matrix(chunk, latent)))) {
                    expected[bin(&z.iter().map(|&v| f64::from(v)).collect::<Vec<_>>())] += log_p.exp() * cell;
                }
            }
            let total: f64 = expected.iter().sum();
            assert!((total - 1.0).abs() < 6e-3, "{prior:?}, {latent}-d: {total}");
            let mut found = vec![0.0; bins * bins];
            read(density.draw(noise(latent))).chunks(latent).for_each(|z| found[bin(z)] += 1.0 / DRAWS as f64);
            for (found, expected) in found.iter().zip(&expected) {
                let error = 5.0 * (expected * (1.0 - expected) / DRAWS as f64).sqrt() + 6e-3;
                assert!((found - expected).abs() < error, "{prior:?}, {latent}-d: {found} of draws, not {expected}");
            }
        }
    }
}

#[test]
fn the_sphere_has_its_area_and_directions_alike() {
    let small = small(Prior::UniformSphere, 3);
    let density = small.model.prior(&small.pass());
    let z = density.draw(noise(3));
    let log_p = read(density.log_prob(z.clone()))[0];
    assert!((log_p + (4.0 * std::f64::consts::PI).ln()).abs() < 1e-6);
    let z = read(z);
    // Archimedes: each coordinate is uniform on [−1, 1].
    for d in 0..3 {
        let below = z.iter().skip(d).step_by(3).filter(|&&v| v < 0.4).count() as f64 / DRAWS as f64;
        assert!((below - 0.7).abs() < 5.0 * (0.21 / DRAWS as f64).sqrt(), "{below}");
    }
    let at_origin = read(density.on_support(matrix(&[0.0, 0.0, 0.0, 0.0, -2.0, 0.0], 3)));
    let expected = [3.0_f64.sqrt().recip(), 3.0_f64.sqrt().recip(), 3.0_f64.sqrt().recip(), 0.0, -1.0, 0.0];
    assert!(at_origin.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{at_origin:?}");
}

/// The definition: the mean of the posteriors' densities.
#[test]
fn a_vamp_prior_is_the_mean_of_posteriors_of_its_pseudo_inputs() {
    let small = small(Prior::VampPrior { pseudo_inputs: 3 }, 2);
    let pass = small.pass();
    let index = small.model.parameters().iter().position(|spec| spec.name == "prior.pseudo_inputs").expect("listed");
    let images = burn::tensor::activation::sigmoid(pass.shaped(index, [3, 4]));
    let z = normals(23, 10);
    let found = read(small.model.prior(&pass).log_prob(matrix(&z, 2)));
    for (z, found) in z.chunks(2).zip(found) {
        let log_q = read(small.model.encode(&pass, images.clone()).log_prob(matrix(&z.repeat(3), 2)));
        let expected = (log_q.iter().map(|l| l.exp()).sum::<f64>() / 3.0).ln();
        assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
    }
}
