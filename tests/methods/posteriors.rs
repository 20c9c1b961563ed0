use crate::jacobian::eliminate;
use crate::support::{IMAGE, Small, experiment, grid, matrix, normals, prior_beside, read};
use burn::tensor::Tensor;
use elbow::experiment::{Choice, Likelihood, Posterior, Prior};
use elbow::model::posterior::Distribution;
use std::f64::consts::{PI, TAU};

/// q(z|x) of some images under random heads.
fn distributions(posterior: Posterior, latent: usize, images: usize, spread: f32) -> Box<dyn Distribution> {
    let prior = prior_beside(posterior);
    // Weights of the size that training gives them: the autoregressive network's have 64 inputs.
    let small = Small::new(&experiment(Likelihood::default(), latent, posterior, prior), IMAGE, 0.15);
    let heads = small.model.plan().heads;
    let output: Vec<f32> = normals(3, images * heads).iter().map(|v| spread * v).collect();
    small.model.posterior().distribution(&small.pass(), matrix(&output, heads))
}

/// The posteriors on ℝᵈ in so many dimensions.
fn on_all_of_space(latent: usize) -> impl Iterator<Item = Posterior> {
    let two = |posterior: &Posterior| matches!(posterior, Posterior::TwoLayer { .. });
    let posteriors = Posterior::ALL.iter().copied().filter(|posterior| *posterior != Posterior::VonMisesFisher);
    posteriors.filter(move |posterior| latent > 1 || !two(posterior))
}

/// log q(z) = log N(ε) − log |det ∂z/∂ε|, the Jacobian by differences.
#[test]
fn log_q_is_the_change_of_variables() {
    for latent in [1, 2, 4] {
        for posterior in on_all_of_space(latent) {
            let q = distributions(posterior, latent, 3, 0.7);
            let samples = 2;
            let epsilon = normals(9, samples * 3 * latent);
            let (z, log_q) = q.sample_with_log_prob(matrix(&epsilon, latent));
            assert_eq!(read(q.sample(matrix(&epsilon, latent))), read(z), "{posterior:?}: one sample");
            let h = 4e-3_f32;
            let moved = |column: usize, h: f32| {
                let mut epsilon = epsilon.clone();
                epsilon.iter_mut().skip(column).step_by(latent).for_each(|e| *e += h);
                read(q.sample(matrix(&epsilon, latent)))
            };
            let columns: Vec<Vec<f64>> = (0..latent)
                .map(|column| {
                    let slope = |h: f32| -> Vec<f64> {
                        let (up, down) = (moved(column, h), moved(column, -h));
                        up.iter().zip(down).map(|(u, d)| (u - d) / (2.0 * f64::from(h))).collect()
                    };
                    let (fine, coarse) = (slope(4.0 * h), slope(8.0 * h));
                    fine.iter().zip(coarse).map(|(f, c)| (4.0 * f - c) / 3.0).collect()
                })
                .collect();
            for (row, log_q) in read(log_q).into_iter().enumerate() {
                let jacobian = (0..latent).map(|i| columns.iter().map(|column| column[row * latent + i]).collect());
                let squares: f64 = epsilon[row * latent..][..latent].iter().map(|&e| f64::from(e).powi(2)).sum();
                let log_noise = -0.5 * (squares + latent as f64 * TAU.ln());
                let expected = log_noise - eliminate(jacobian.collect());
                assert!((log_q - expected).abs() < 5e-3, "{posterior:?}, {latent}-d: log q {log_q}, not {expected}");
            }
        }
    }
}

/// The density at a point, by inversion where need be, is that of the sample that lies there; so is it detached.
#[test]
fn the_density_anywhere_is_that_of_samples() {
    for &posterior in Posterior::ALL {
        for latent in [2, 5] {
            let q = distributions(posterior, latent, 3, 0.7);
            let (z, log_q) = q.sample_with_log_prob(matrix(&normals(10, 2 * 3 * latent), latent));
            let expected = read(log_q);
            for (what, q) in [("itself", None), ("detached", Some(q.detached()))] {
                let found =
                    read(q.as_deref().unwrap_or(distributions(posterior, latent, 3, 0.7).as_ref()).log_prob(z.clone()));
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() < 2e-3, "{posterior:?} {what}: {found}, not {expected}");
                }
            }
        }
    }
}

#[test]
fn densities_in_the_plane_integrate_to_one() {
    for posterior in on_all_of_space(2) {
        let q = distributions(posterior, 2, 1, 0.7);
        let (side, reach) = (400, 9.0);
        let axis = grid(-reach, reach, side);
        let z: Vec<f32> = axis.iter().flat_map(|&a| axis.iter().flat_map(move |&b| [a, b])).collect();
        let cell = (2.0 * reach / side as f64).powi(2);
        let total: f64 = read(q.log_prob(matrix(&z, 2))).iter().map(|l| l.exp() * cell).sum();
        assert!((total - 1.0).abs() < 5e-3, "{posterior:?}: {total}");
    }
}

/// Closed forms against the mean of log q − log p over many samples.
#[test]
fn closed_kls_are_the_means_of_log_ratios() {
    let samples = 40_000;
    for (posterior, latent) in [
        (Posterior::DiagonalGaussian, 3),
        (Posterior::FullGaussian, 3),
        (Posterior::VonMisesFisher, 2),
        (Posterior::VonMisesFisher, 3),
        (Posterior::VonMisesFisher, 10),
    ] {
        let prior = if posterior == Posterior::VonMisesFisher { Prior::UniformSphere } else { Prior::default() };
        let small = Small::new(&experiment(Likelihood::default(), latent, posterior, prior), IMAGE, 0.6);
        let q = distributions(posterior, latent, 1, 1.5);
        let p = small.model.prior(&small.pass());
        let closed: f64 = read(p.kl(q.as_ref()).expect("a closed form")).iter().sum();
        let (z, log_q) = q.sample_with_log_prob(matrix(&normals(11, samples * latent), latent));
        let ratios = read(log_q - p.log_prob(z));
        let mean = ratios.iter().sum::<f64>() / samples as f64;
        let variance = ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / samples as f64;
        let error = 5.0 * (variance / samples as f64).sqrt() + 1e-3;
        assert!((mean - closed).abs() < error, "{posterior:?}, {latent}-d: {closed}, sampled {mean} ± {error}");
    }
}

#[test]
fn stated_means_and_deviations_are_those_of_samples() {
    let samples = 40_000;
    for posterior in [Posterior::DiagonalGaussian, Posterior::FullGaussian, Posterior::VonMisesFisher] {
        let q = distributions(posterior, 3, 1, 1.0);
        let z = read(q.sample(matrix(&normals(12, samples * 3), 3)));
        let (means, deviations) = (read(q.mean()), read(q.deviation()));
        for d in 0..3 {
            let values = || z.iter().skip(d).step_by(3);
            let mean = values().sum::<f64>() / samples as f64;
            let deviation = (values().map(|v| (v - mean).powi(2)).sum::<f64>() / samples as f64).sqrt();
            let error = 5.0 * deviation / (samples as f64).sqrt();
            assert!((mean - means[d]).abs() < error, "{posterior:?}: mean {}, sampled {mean}", means[d]);
            assert!((deviation - deviations[d]).abs() < 0.02, "{posterior:?}: σ {}, {deviation}", deviations[d]);
        }
    }
}

/// With the identity as weights, what an autoregressive block gives a dimension must not depend on those after it in
/// its order; the sample's Jacobian is triangular in one block.
#[test]
fn autoregressive_blocks_look_only_back() {
    let posterior = Posterior::InverseAutoregressiveFlow { blocks: 1, hidden: 13 };
    let latent = 5;
    let q = distributions(posterior, latent, 1, 0.7);
    let epsilon = normals(13, latent);
    let base = read(q.sample(matrix(&epsilon, latent)));
    for moved in 0..latent {
        let mut other = epsilon.clone();
        other[moved] += 0.5;
        let z = read(q.sample(matrix(&other, latent)));
        for i in 0..latent {
            let changed = (z[i] - base[i]).abs() > 1e-7;
            assert!(i >= moved || !changed, "z{i} must not depend on z{moved}");
            assert!(i != moved || changed, "z{i} must move with its own noise");
        }
        let later = (moved + 1..latent).any(|i| (z[i] - base[i]).abs() > 1e-7);
        assert!(later || moved + 1 == latent, "something after z{moved} must depend on it");
    }
}

/// von Mises–Fisher on the circle and the sphere, integrated over angles, and against the closed forms in d = 3:
/// log C = log κ − log 4π − log sinh κ, E[w] = coth κ − 1/κ.
#[test]
fn von_mises_fisher_is_normalised_and_has_its_mean() {
    let q = distributions(Posterior::VonMisesFisher, 2, 1, 2.0);
    let circle: Vec<f32> = grid(0.0, TAU, 4_000).iter().flat_map(|a| [a.cos(), a.sin()]).collect();
    let total: f64 = read(q.log_prob(matrix(&circle, 2))).iter().map(|l| l.exp() * TAU / 4_000.0).sum();
    assert!((total - 1.0).abs() < 1e-4, "circle: {total}");

    let small =
        Small::new(&experiment(Likelihood::default(), 3, Posterior::VonMisesFisher, Prior::UniformSphere), IMAGE, 0.6);
    for head in [-8.0_f32, 0.0, 3.0, 40.0, 700.0, 20_000.0] {
        let kappa = 1.0 + if head > 30.0 { f64::from(head) } else { f64::from(head).exp().ln_1p() };
        let output = matrix(&[0.48, -0.64, 0.6, head], 4);
        let q = small.model.posterior().distribution(&small.pass(), output);
        let at_mode = read(q.log_prob(matrix(&[0.48, -0.64, 0.6], 3)))[0];
        // κ − log sinh κ = log 2 − log(1 − e^−2κ).
        let expected = (kappa / (2.0 * PI)).ln() - (-(-2.0 * kappa).exp()).ln_1p();
        assert!((at_mode - expected).abs() < 5e-5 * expected.abs().max(4.0), "κ = {kappa}: {at_mode}, not {expected}");
        let length = read(q.mean()).iter().map(|m| m * m).sum::<f64>().sqrt();
        let expected = kappa.tanh().recip() - kappa.recip();
        assert!((length - expected).abs() < 1e-5, "κ = {kappa}: |E z| = {length}, not {expected}");
        let z = read(q.sample(matrix(&normals(14, 30_000), 3)));
        let mut cosines: Vec<f64> = z.chunks(3).map(|z| 0.48 * z[0] - 0.64 * z[1] + 0.6 * z[2]).collect();
        assert!(z.chunks(3).all(|z| (z.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-4), "on the sphere");
        // F(w) = (e^(κw) − e^−κ)/(e^κ − e^−κ): the greatest distance of 10,000 draws from it, as Kolmogorov & Smirnov.
        cosines.sort_by(f64::total_cmp);
        let below = |w: f64| ((kappa * (w - 1.0)).exp() - (-2.0 * kappa).exp()) / -(-2.0 * kappa).exp_m1();
        let n = cosines.len() as f64;
        let distance = cosines.iter().enumerate().map(|(i, &w)| (below(w) - (i as f64 + 0.5) / n).abs());
        let distance = distance.fold(0.0, f64::max);
        assert!(distance < 2.0 / n.sqrt() + 1e-3, "κ = {kappa}: the draws' distribution is off by {distance}");
    }
}

/// The gradient of E[z·a] by κ and μ through the samples, against the gradient of the mean itself.
#[test]
fn von_mises_fisher_samples_carry_the_gradient_of_their_mean() {
    let small =
        Small::new(&experiment(Likelihood::default(), 4, Posterior::VonMisesFisher, Prior::UniformSphere), IMAGE, 0.6);
    let head = [0.3_f32, -0.5, 0.9, 0.2, 1.2];
    let weights = matrix(&[0.7, -1.0, 0.4, 1.3], 4);
    let gradient = |of: &dyn Fn(&dyn Distribution) -> Tensor<1>| {
        let leaf = matrix(&head, 5).autodiff().require_grad();
        let q = small.model.posterior().distribution(&small.pass(), leaf.clone());
        let value = of(q.as_ref());
        read(leaf.grad(&value.backward()).expect("the heads take part"))
    };
    let samples = 40_000;
    let epsilon = matrix(&normals(15, samples * 4), 4);
    let exact = gradient(&|q| (q.mean() * weights.clone()).sum());
    let sampled = gradient(&|q| (q.sample(epsilon.clone()) * weights.clone()).sum() / samples as f64);
    for (exact, sampled) in exact.iter().zip(&sampled) {
        assert!((exact - sampled).abs() < 0.03, "{sampled:?}, exactly {exact:?}");
    }
}
