COMPONENTS = @components@
CHANNELS, PLACES = IMAGE[0], IMAGE[1] * IMAGE[2]


class Likelihood(nn.Module):
    """A mixture of discretised logistics for each place (PixelCNN++: Salimans et al. 2017); in colour, green is seen
    after red and blue after both."""

    def _components(self, output):
        planes = list(output.view(len(output), -1, PLACES).split(COMPONENTS, 1))
        logits, means = planes[0], planes[1 : 1 + CHANNELS]
        log_scales = planes[1 + CHANNELS : 1 + 2 * CHANNELS]
        return logits, means, log_scales, [plane.tanh() for plane in planes[1 + 2 * CHANNELS :]]

    @staticmethod
    def _mean(channel, means, coefficients, seen):
        mean = means[channel]
        for x, coefficient in zip(seen, coefficients[1 if channel == 2 else 0 :]):
            mean = mean + coefficient * x
        return mean

    def log_prob(self, x, output):
        logits, means, log_scales, coefficients = self._components(output)
        x = repeat(x, len(output)).view(len(output), CHANNELS, 1, PLACES).unbind(1)
        joint = torch.log_softmax(logits, 1)
        for channel in range(CHANNELS):
            mean = self._mean(channel, means, coefficients, x[:channel])
            joint = joint + logistic_log_prob(x[channel], mean, log_scales[channel])
        return torch.logsumexp(joint, 1)

    def mean(self, output):
        logits, means, log_scales, coefficients = self._components(output)
        weights, within = torch.softmax(logits, 1), []
        for channel in range(CHANNELS):
            mean = self._mean(channel, means, coefficients, within)
            within.append(logistic_mean(mean, log_scales[channel]))
        return torch.cat([(mean * weights).sum(1) for mean in within], 1)

    def sample(self, output):
        logits, means, log_scales, coefficients = self._components(output)
        chosen = torch.distributions.Categorical(logits=logits.transpose(1, 2)).sample()[:, None]
        drawn = []
        for channel in range(CHANNELS):
            mean = self._mean(channel, means, coefficients, drawn).gather(1, chosen)
            drawn.append(logistic_sample(mean, log_scales[channel].gather(1, chosen)))
        return torch.cat(drawn, 1).flatten(1)
