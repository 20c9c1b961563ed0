//! Maximisation without derivatives (Nelder & Mead 1965).

/// The best point found from `start`, with first steps of length `reach`, in at most `rounds` rounds.
pub fn maximise<const N: usize>(start: [f64; N], reach: f64, rounds: usize, f: impl Fn(&[f64; N]) -> f64) -> [f64; N] {
    let mut points: Vec<([f64; N], f64)> = vec![(start, f(&start))];
    for i in 0..N {
        let mut point = start;
        point[i] += reach;
        points.push((point, f(&point)));
    }
    for _ in 0..rounds {
        points.sort_by(|a, b| b.1.total_cmp(&a.1));
        if points[0].1 - points[N].1 < 1e-10 {
            break;
        }
        let centre: [f64; N] = std::array::from_fn(|i| points[..N].iter().map(|(p, _)| p[i]).sum::<f64>() / N as f64);
        let worst = points[N];
        let along = |share: f64| {
            let point: [f64; N] = std::array::from_fn(|i| centre[i] + share * (worst.0[i] - centre[i]));
            (point, f(&point))
        };
        let reflected = along(-1.0);
        if reflected.1 > points[0].1 {
            let further = along(-2.0);
            points[N] = if further.1 > reflected.1 { further } else { reflected };
        } else if reflected.1 > points[N - 1].1 {
            points[N] = reflected;
        } else {
            let nearer = if reflected.1 > worst.1 { along(-0.5) } else { along(0.5) };
            if nearer.1 > worst.1.max(reflected.1) {
                points[N] = nearer;
            } else {
                let best = points[0].0;
                for (point, value) in &mut points[1..] {
                    *point = std::array::from_fn(|i| 0.5 * (point[i] + best[i]));
                    *value = f(point);
                }
            }
        }
    }
    points.sort_by(|a, b| b.1.total_cmp(&a.1));
    points[0].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_crooked_ridge_is_found() {
        // Rosenbrock's valley (1960), upside down.
        let ridge = |p: &[f64; 2]| -(1.0 - p[0]).powi(2) - 100.0 * (p[1] - p[0] * p[0]).powi(2);
        let [a, b] = maximise([-1.2, 1.0], 0.5, 500, ridge);
        assert!((a - 1.0).abs() < 1e-3 && (b - 1.0).abs() < 1e-3, "{a}, {b}");
    }
}
