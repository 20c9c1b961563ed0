HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def repeat(values, rows):
    """B rows repeated to K·B: row k·B + b belongs to image b."""
    return values.repeat(rows // len(values), 1)


def normal_log_prob(z, mean, log_variance):
    """log N(z; mean, diag exp(log_variance)) in nats, an entry a row."""
    squares = (z - mean).square() * (-log_variance).exp()
    return -(0.5 * (squares + log_variance) + HALF_LOG_2PI).sum(1)
