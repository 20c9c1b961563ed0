class ConditionalGaussian(nn.ModuleDict):
    """N(mean(h), diag exp(log_variance(h))) of one layer of latent variables given another, by tanh layers."""

    def __init__(self, inputs, hidden, depth, outputs):
        widths = [inputs] + [hidden] * depth
        layers = {str(i): nn.Linear(widths[i], widths[i + 1]) for i in range(depth)}
        super().__init__({**layers, "heads": nn.Linear(widths[-1], 2 * outputs)})

    def forward(self, h):
        for name, layer in self.items():
            if name != "heads":
                h = torch.tanh(layer(h))
        return self["heads"](h).chunk(2, 1)
