def log_sinhc(h):
    """log(sinh(h)/h), accurate everywhere."""
    s = h.square().clamp_max(0.25)
    near = s * (1 / 6 - s * (1 / 180 - s * (1 / 2835 - s / 37800)))
    a = h.abs().clamp_min(0.5)
    far = a + torch.log1p(-torch.exp(-2 * a)) - torch.log(2 * a)
    return torch.where(h.abs() < 0.5, near, far)
