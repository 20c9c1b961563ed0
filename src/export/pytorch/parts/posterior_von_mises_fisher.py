CELLS = 512


def log_sphere_area(dimension):
    return math.log(2) + 0.5 * dimension * math.log(math.pi) - math.lgamma(0.5 * dimension)


class VonMisesFisher:
    """q(z|x) on the unit sphere, with density ∝ exp(kappa·mean direction·z) (Davidson et al. 2018). The cosine is drawn
    by inverting its distribution function on a grid; log_prob is by the drop 1 − cosine, which is accurate for any
    kappa."""

    def __init__(self, output):
        vector = output[:, :LATENT]
        axis = torch.zeros(1, LATENT)
        axis[0, 0] = 1
        vector = vector + axis * (vector.square().sum(1, keepdim=True) < 1e-12).float() * 1e-5
        self.direction = vector / vector.square().sum(1, keepdim=True).sqrt()
        self.kappa = (F.softplus(output[:, LATENT:]) + 1).clamp_max(1e6)
        across = LATENT - 1.0
        fixed = 2 * self.kappa.detach()
        self.envelope = across / (fixed + (fixed.square() + across**2).sqrt())
        theta = (torch.arange(CELLS) + 0.5)[None] * (math.pi / CELLS)
        self.drop, denominator = self._place(theta, self.envelope)
        weight = theta.sin().log() * (across - 1) + 0.5 * across * self.envelope.log() - across * denominator.log()
        self.log_density = weight - self.kappa * self.drop
        total = torch.logsumexp(self.log_density, 1, keepdim=True)
        self.log_normaliser = total + math.log(math.pi / CELLS) + log_sphere_area(LATENT - 1)
        self.axis = axis

    @staticmethod
    def _place(theta, envelope):
        scaled = envelope * (0.5 * theta).sin().square()
        denominator = (0.5 * theta).cos().square() + scaled
        return 2 * scaled / denominator, denominator

    def sample(self, epsilon):
        """Samples z, and log q(z|x)."""
        rows = len(epsilon)
        uniform = 0.5 * (1 + torch.erf(epsilon[:, :1] / math.sqrt(2)))
        masses = repeat(torch.softmax(self.log_density, 1), rows)
        masses = masses / masses.sum(1, keepdim=True)
        above = masses.cumsum(1)
        cell = torch.searchsorted(above, uniform * masses.sum(1, keepdim=True), right=True).clamp_max(CELLS - 1)
        below, mass = (above - masses).gather(1, cell), masses.gather(1, cell)
        theta = (cell + ((uniform - below) / mass.clamp_min(1e-30)).clamp(0, 1)) * (math.pi / CELLS)
        envelope = repeat(self.envelope, rows)
        drop, denominator = self._place(theta, envelope)
        sine = theta.sin() * envelope.sqrt() / denominator
        rest = epsilon[:, 1:]
        rest = rest / (rest.square().sum(1, keepdim=True) + 1e-12).sqrt() * sine
        rest = torch.cat([torch.zeros_like(drop), rest], 1)
        direction = repeat(self.direction, rows)
        mirror = self.axis - direction
        squares = mirror.square().sum(1, keepdim=True).clamp_min(1e-30)
        rest = rest - mirror * ((rest * mirror).sum(1, keepdim=True) * 2 / squares)
        along = 1 - drop - (rest * direction).sum(1, keepdim=True)
        log_q = -drop * repeat(self.kappa, rows) - repeat(self.log_normaliser, rows)
        return direction * along + rest, log_q.view(-1)

    def kl_to_uniform_on_sphere(self):
        drop = (torch.softmax(self.log_density, 1) * self.drop).sum(1, keepdim=True)
        return (-drop * self.kappa - self.log_normaliser + log_sphere_area(LATENT)).view(-1)


class Posterior(nn.Module):
    def forward(self, output):
        return VonMisesFisher(output)
