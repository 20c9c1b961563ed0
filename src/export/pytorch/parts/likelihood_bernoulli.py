class Likelihood(nn.Module):
    """Independent Bernoulli pixels; the decoder gives logits."""

    def log_prob(self, x, output):
        return -F.binary_cross_entropy_with_logits(output, repeat(x, len(output)), reduction="none")

    def mean(self, output):
        return torch.sigmoid(output)

    def sample(self, output):
        return torch.bernoulli(torch.sigmoid(output))
