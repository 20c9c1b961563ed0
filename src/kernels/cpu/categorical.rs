//! The categorical log-likelihood, forwards and backwards in one pass.

use super::log_sum_exp::log_sum_exp_and_shares;
use super::sums::sum;

/// The log-likelihood of each row of logits, `levels × pixels`, in nats; the logits are overwritten by its derivatives:
/// 1 at a pixel's level, less the probability of each level.
pub fn log_prob_and_residual(sums: &mut [f32], images: &[f32], logits: &mut [f32], pixels: usize) {
    let (rows, columns) = (images.len() / pixels, logits.len() / sums.len());
    let last = (columns / pixels - 1) as f32;
    // The place of each pixel's level in a row, and the logit there.
    let (mut places, mut at, mut logs) = (vec![0; pixels], vec![0.0; pixels], vec![0.0; pixels]);
    for (index, (total, logits)) in sums.iter_mut().zip(logits.chunks_exact_mut(columns)).enumerate() {
        let image = &images[(index % rows) * pixels..][..pixels];
        for (pixel, ((place, at), x)) in places.iter_mut().zip(&mut at).zip(image).enumerate() {
            *place = (x * last).round_ties_even().clamp(0.0, last) as usize * pixels + pixel;
            *at = logits[*place];
        }
        log_sum_exp_and_shares(&mut logs, logits, columns / pixels, pixels);
        at.iter_mut().zip(&logs).for_each(|(at, log)| *at -= log);
        *total = sum(&at);
        logits.iter_mut().for_each(|share| *share = -*share);
        places.iter().for_each(|place| logits[*place] += 1.0);
    }
}
