# From which entry to which, and whether they are the levels of a category.
STRETCHES = [@stretches@]


class Likelihood(nn.Module):
    """The rows of a table: numbers are Gaussian, each with a deviation of its own; a category has a probability for
    each of its levels (Nazábal et al. 2020). The decoder gives means and logits."""

    def __init__(self):
        super().__init__()
        self.log_sigma = nn.Parameter(torch.full((PIXELS,), -1.0))

    def _log_sigma(self):
        return F.softplus(self.log_sigma + 6) - 6

    def log_prob(self, x, output):
        x, log_sigma, parts = repeat(x, len(output)), self._log_sigma(), []
        for first, end, category in STRETCHES:
            values, given, log_s = x[:, first:end], output[:, first:end], log_sigma[first:end]
            gaussian = -0.5 * ((values - given) * (-log_s).exp()).square() - log_s - HALF_LOG_2PI
            parts.append(values * torch.log_softmax(given, 1) if category else gaussian)
        return torch.cat(parts, 1)

    def mean(self, output):
        parts = [(output[:, first:end], category) for first, end, category in STRETCHES]
        return torch.cat([torch.softmax(part, 1) if category else part for part, category in parts], 1)

    def sample(self, output):
        drawn = output + self._log_sigma().exp() * torch.randn_like(output)
        for first, end, category in STRETCHES:
            if category:
                drawn[:, first:end] = torch.distributions.OneHotCategorical(logits=output[:, first:end]).sample()
        return drawn
