class Likelihood(Gaussian):
    """One learned deviation for all pixels."""

    def __init__(self):
        super().__init__()
        self.log_sigma = nn.Parameter(torch.full((1,), -1.0))

    def parameters_of(self, output):
        return output, self.log_sigma
