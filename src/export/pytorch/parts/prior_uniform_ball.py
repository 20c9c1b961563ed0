class Prior(Radial):
    """Uniform in a ball, with an edge that falls off as a Gaussian."""

    reach = @radius@ + 8 * @edge@

    def energy(self, r):
        return 0.5 * ((r - @radius@).clamp_min(0) / @edge@).square()
