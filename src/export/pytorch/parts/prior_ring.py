class Prior(Radial):
    """Near a circle around 0, in any direction."""

    reach = @radius@ + 8 * @width@

    def energy(self, r):
        return 0.5 * ((r - @radius@) / @width@).square()
