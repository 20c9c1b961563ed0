class Posterior(nn.Module):
    def forward(self, output):
        return DiagonalGaussian(output)
