LEVELS = @levels@


class Likelihood(nn.Module):
    """A probability for each of the grey levels of each pixel; the decoder gives logits."""

    def log_prob(self, x, output):
        logits = torch.log_softmax(output.view(len(output), LEVELS, PIXELS), 1)
        level = (repeat(x, len(output)) * (LEVELS - 1)).round().long()
        return logits.gather(1, level[:, None]).view(len(output), -1)

    def mean(self, output):
        weights = torch.softmax(output.view(len(output), LEVELS, PIXELS), 1)
        return torch.einsum("rlp,l->rp", weights, torch.arange(LEVELS) / (LEVELS - 1))

    def sample(self, output):
        logits = output.view(len(output), LEVELS, PIXELS).transpose(1, 2)
        return torch.distributions.Categorical(logits=logits).sample() / (LEVELS - 1)
