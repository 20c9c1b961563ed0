class Likelihood(Gaussian):
    """A deviation for each image: the decoder gives means and numbers whose average is its logarithm."""

    def parameters_of(self, output):
        mean, log_sigma = output.chunk(2, 1)
        return mean, F.softplus(log_sigma.mean(1, keepdim=True) + 6) - 6
