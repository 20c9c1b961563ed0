HALF_LEVEL = 0.5 / 255


def logistic_log_prob(x, mean, log_scale):
    """log P(x) of grey levels k/255 under discretised logistics; black and white have all that lies beyond."""
    precision = (-log_scale.clamp_min(-7.5)).exp()
    not_white, not_black = (x < 1 - HALF_LEVEL).float(), (x > HALF_LEVEL).float()
    centre, half = (x - mean) * precision, precision * HALF_LEVEL
    width = 2 * half
    log_1m_exp = width.log() - 0.5 * width + log_sinhc(0.5 * width)
    below, above = F.softplus(-(centre + half)) * not_white, F.softplus(centre - half) * not_black
    return log_1m_exp * not_white * not_black - below - above


def logistic_mean(mean, log_scale):
    scale = log_scale.clamp_min(-7.5).exp()
    return (F.softplus(mean / scale) - F.softplus((mean - 1) / scale)) * scale


def logistic_sample(mean, log_scale):
    noise = torch.logit(torch.rand_like(mean), eps=1e-7) * log_scale.clamp_min(-7.5).exp()
    return ((mean + noise).clamp(0, 1) * 255).round() / 255
