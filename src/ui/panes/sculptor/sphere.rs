//! Points of a latent space whose prior lies on the unit sphere.

/// The point of the unit sphere in the direction of z; of 0, the one of equal entries.
pub fn onto_sphere(z: &mut [f32]) {
    let length = z.iter().map(|v| v * v).sum::<f32>().sqrt();
    match length > 1e-6 {
        true => z.iter_mut().for_each(|v| *v /= length),
        false => z.fill(1.0 / (z.len() as f32).sqrt()),
    }
}

/// Bring the other entries to where z is on the unit sphere, after one was moved.
pub fn make_way(z: &mut [f32], moved: usize) {
    let value = z[moved].clamp(-1.0, 1.0);
    z[moved] = 0.0;
    let rest = (1.0 - value * value).sqrt();
    if z.iter().all(|v| v.abs() < 1e-6) {
        z.fill(1.0);
        z[moved] = 0.0;
    }
    onto_sphere(z);
    z.iter_mut().for_each(|v| *v *= rest);
    z[moved] = value;
}
