class Likelihood(nn.Module):
    """Independent Poisson counts; the decoder gives log rates."""

    def log_prob(self, x, output):
        x = repeat(x, len(output))
        return x * output - output.exp() - torch.lgamma(x + 1)

    def mean(self, output):
        return output.exp()

    def sample(self, output):
        return torch.poisson(output.exp())
