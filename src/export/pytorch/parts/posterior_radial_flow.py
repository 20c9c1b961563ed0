LENGTH = @length@


def radial_step(centre, alpha, beta):
    """f(z) = z + beta·(z − centre)/(alpha + |z − centre|); the encoder gives alpha and alpha + beta."""
    alpha, total = F.softplus(alpha) + 1e-3, F.softplus(beta)
    tiny = 1e-12

    def step(z):
        rows = len(z)
        a, s = repeat(alpha, rows), repeat(total, rows)
        away = z - repeat(centre, rows)
        radius = (away.square().sum(1, keepdim=True) + tiny).sqrt()
        log_h = -(a + radius).log()
        across = (radius + s).log() + log_h
        along = radius.square() + a * (2 * radius - tiny / radius) + s * (a + tiny / radius)
        along = along.log() + 2 * log_h
        determinant = ((LATENT - 1) * across + along).view(-1)
        return z + away * ((s - a) / (a + radius)), determinant

    return step


class Posterior(nn.Module):
    """The encoder gives mean and log variance of the base, then centre, alpha and beta of each step."""

    def forward(self, output):
        parts = output.split([LATENT, LATENT] + [LATENT, 1, 1] * LENGTH, 1)
        steps = [radial_step(*parts[i : i + 3]) for i in range(2, len(parts), 3)]
        return Flow(parts[0], parts[1], steps)
