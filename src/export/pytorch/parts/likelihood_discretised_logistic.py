class Likelihood(nn.Module):
    """A discretised logistic for each pixel; the decoder gives means, then log scales."""

    def log_prob(self, x, output):
        return logistic_log_prob(repeat(x, len(output)), *output.chunk(2, 1))

    def mean(self, output):
        return logistic_mean(*output.chunk(2, 1))

    def sample(self, output):
        return logistic_sample(*output.chunk(2, 1))
