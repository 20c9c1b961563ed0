class Gaussian(nn.Module):
    """Independent Gaussian pixels; a subclass says the means and the log deviations."""

    def log_prob(self, x, output):
        mean, log_sigma = self.parameters_of(output)
        scaled = (repeat(x, len(mean)) - mean) * (-log_sigma).exp()
        return -0.5 * scaled.square() - log_sigma - HALF_LOG_2PI

    def mean(self, output):
        return self.parameters_of(output)[0]

    def sample(self, output):
        mean, log_sigma = self.parameters_of(output)
        return mean + log_sigma.exp() * torch.randn_like(mean)
