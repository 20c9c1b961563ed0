class VAE(nn.Module):
    """The whole model: encoder, posterior, decoder, likelihood and prior. Images are of shape IMAGE, or rows of PIXELS
    numbers, channel by channel: @values@."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
@encoder@
        )
        self.decoder = nn.Sequential(
@decoder@
        )
        self.posterior, self.likelihood, self.prior = Posterior(), Likelihood(), Prior()

    def encode(self, x):
        """q(z|x), with samples by `.sample(epsilon)`."""
        x = x.flatten(1)
@reads@        return self.posterior(self.encoder(x))

    def decode(self, z):
        """The parameters of p(x|z), as the likelihood reads them."""
        return self.decoder(@read@)

    def log_likelihood(self, x, z):
        """log p(x|z) in nats, an entry a row of z."""
        x, output = x.flatten(1), self.decode(z)
@likelihood@

    def elbo(self, x, K=1, epsilon=None):
        """The evidence lower bound of each image in nats, from K samples: maximise its mean. epsilon is standard normal
        noise, K·B × LATENT; row k·B + b belongs to image b."""
        x = x.flatten(1)
        if epsilon is None:
            epsilon = torch.randn(K * len(x), LATENT)
        q = self.encode(x)
        z, log_q = q.sample(epsilon)
        log_px = self.log_likelihood(x, z).view(-1, len(x)).mean(0)
        @kl@
        return log_px - kl

    def sample(self, n, means=True):
        """n images from the prior: means of p(x|z), or draws from it."""
        output = self.decode(self.prior.sample(n, self.encode))
        images = self.likelihood.mean(output) if means else self.likelihood.sample(output)
        return images.view(n, *IMAGE)

    def reconstruct(self, x):
        """Means of p(x|z) at one sample of z an image."""
        z, _ = self.encode(x).sample(torch.randn(len(x), LATENT))
        return self.likelihood.mean(self.decode(z)).view(len(x), *IMAGE)


def load(file=pathlib.Path(__file__).with_name("model.safetensors")):
    """The trained model."""
    model = VAE()
    model.load_state_dict(load_file(file))
    return model.eval()


if __name__ == "__main__":
    model = load()
    print(model)
    with torch.no_grad():
        reference = load_file(pathlib.Path(__file__).with_name("reference.safetensors"))
        elbo = model.elbo(reference["x"], epsilon=reference["epsilon"])
        error = (elbo - reference["elbo"].flatten()).abs().max().item()
        print(f"ELBO of {len(elbo)} images: {elbo.mean():.4f} nats on average, at most {error:.1e} from Elbow's")
