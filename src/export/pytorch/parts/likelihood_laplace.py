class Likelihood(nn.Module):
    """Laplace pixels with one learned scale; the decoder gives medians."""

    def __init__(self):
        super().__init__()
        self.log_scale = nn.Parameter(torch.full((1,), -1.35))

    def log_prob(self, x, output):
        distance = (repeat(x, len(output)) - output).abs()
        return -distance * (-self.log_scale).exp() - self.log_scale - math.log(2)

    def mean(self, output):
        return output

    def sample(self, output):
        return torch.distributions.Laplace(output, self.log_scale.exp()).sample()
