class Likelihood(Gaussian):
    """A learned deviation for each pixel."""

    def __init__(self):
        super().__init__()
        self.log_sigma = nn.Parameter(torch.full((PIXELS,), -1.0))

    def parameters_of(self, output):
        return output, F.softplus(self.log_sigma + 6) - 6
