LENGTH = @length@


def planar_step(u, w, b):
    """f(z) = z + û·tanh(w·z + b), with û such that f can be inverted (Rezende & Mohamed 2015, appendix A.1)."""
    along = (w * u).sum(1, keepdim=True)
    rise = F.softplus(along)
    push = rise - 1 - along
    held = (push < 0).float() * 1e-8
    squares = (w.square().sum(1, keepdim=True) + held).clamp_min(1e-37)
    u = u + push * (w / squares)
    rise = rise - push * (held / squares)

    def step(z):
        rows = len(z)
        height = (repeat(w, rows) * z).sum(1, keepdim=True) + repeat(b, rows)
        bend, fade = height.tanh(), (-2 * height.abs()).exp()
        slope = 4 * fade / (1 + fade).square()
        determinant = bend.square() + repeat(rise, rows) * slope
        return z + repeat(u, rows) * bend, determinant.clamp_min(1e-37).log().view(-1)

    return step


class Posterior(nn.Module):
    """The encoder gives mean and log variance of the base, then u, w and b of each step."""

    def forward(self, output):
        parts = output.split([LATENT, LATENT] + [LATENT, LATENT, 1] * LENGTH, 1)
        steps = [planar_step(*parts[i : i + 3]) for i in range(2, len(parts), 3)]
        return Flow(parts[0], parts[1], steps)
