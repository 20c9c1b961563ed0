//! Shapes and parameter counts against counts by hand.

use elbow::experiment::*;
use proptest::prelude::*;

const MNIST: ImageShape = ImageShape { channels: 1, height: 28, width: 28 };

fn experiment(latent: usize, encoder: Vec<Layer>, layers: DecoderLayers) -> Experiment {
    Experiment {
        encoder,
        decoder: Decoder { layers, likelihood: Likelihood::Bernoulli },
        latent: Latent { dimension: latent, ..Latent::default() },
        ..Experiment::default()
    }
}

fn transpose(channels: usize, kernel: usize, stride: usize, padding: usize, activation: Activation) -> Layer {
    Layer::ConvTranspose {
        channels,
        kernel,
        stride,
        padding,
        output_padding: 0,
        activation,
        norm: Norm::None,
        dropout: 0.0,
    }
}

fn map(channels: usize, height: usize, width: usize) -> FeatureShape {
    FeatureShape::Map { channels, height, width }
}

/// The one problem of a plan that must fail.
fn problem(experiment: &Experiment, image: ImageShape) -> Problem {
    let problems = experiment.plan(image).expect_err("this plan must fail");
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].clone()
}

#[test]
fn dense_mirror_counts_by_hand() {
    let plan = experiment(20, vec![Layer::dense(400, Activation::Relu)], DecoderLayers::Mirror).plan(MNIST).unwrap();
    assert_eq!(plan.encoder[0].input, FeatureShape::Flat(784), "flattened");
    assert_eq!(plan.encoder[0].parameters, 784 * 400 + 400);
    assert_eq!(plan.features, 400);
    let decoder: Vec<_> = plan.decoder.iter().map(|l| (l.name.as_str(), l.layer.clone(), l.parameters)).collect();
    assert_eq!(
        decoder,
        [
            ("decoder.0", Layer::dense(400, Activation::Relu), 20 * 400 + 400),
            ("decoder.output", Layer::dense(784, Activation::Linear), 400 * 784 + 784),
        ]
    );
    assert_eq!(plan.parameters, 652_824, "PyTorch's example");
}

#[test]
fn mirror_takes_the_activation_of_the_same_interface() {
    let encoder = vec![
        Layer::dense(300, Activation::Tanh),
        Layer::Dense { units: 200, activation: Activation::Relu, norm: Norm::Layer, dropout: 0.5 },
        Layer::dense(100, Activation::Elu),
    ];
    let plan = experiment(5, encoder.clone(), DecoderLayers::Mirror).plan(MNIST).unwrap();
    let layers: Vec<_> = plan.decoder.into_iter().map(|l| l.layer).collect();
    let output = Layer::dense(784, Activation::Linear);
    assert_eq!(layers, [encoder[2].clone(), encoder[1].clone(), encoder[0].clone(), output]);
}

#[test]
fn convolutional_mirror_counts_by_hand() {
    let relu = Activation::Relu;
    let encoder = vec![Layer::conv(32, 4, 2, 1, relu), Layer::conv(64, 4, 2, 1, relu), Layer::dense(128, relu)];
    let plan = experiment(16, encoder, DecoderLayers::Mirror).plan(MNIST).unwrap();
    let shapes: Vec<_> = plan.encoder.iter().map(|l| (l.input, l.output)).collect();
    assert_eq!(
        shapes,
        [
            (map(1, 28, 28), map(32, 14, 14)),
            (map(32, 14, 14), map(64, 7, 7)),
            (FeatureShape::Flat(3136), FeatureShape::Flat(128)),
        ]
    );
    let decoder: Vec<_> = plan.decoder.iter().map(|l| (l.layer.clone(), l.input, l.output)).collect();
    assert_eq!(
        decoder,
        [
            (Layer::dense(128, relu), FeatureShape::Flat(16), FeatureShape::Flat(128)),
            (Layer::dense(3136, relu), FeatureShape::Flat(128), FeatureShape::Flat(3136)),
            (transpose(32, 4, 2, 1, relu), map(64, 7, 7), map(32, 14, 14)),
            (transpose(1, 4, 2, 1, Activation::Linear), map(32, 14, 14), map(1, 28, 28)),
        ]
    );
    let encoder = (16 * 32 + 32) + (32 * 64 * 16 + 64) + (3136 * 128 + 128);
    let heads = 2 * (128 * 16 + 16);
    let decoder = (16 * 128 + 128) + (128 * 3136 + 3136) + (64 * 32 * 16 + 32) + (32 * 16 + 1);
    assert_eq!(plan.parameters, encoder + heads + decoder);
}

#[test]
fn norms_and_the_learned_sigma_have_parameters() {
    let norm = |norm| Layer::Conv {
        channels: 8,
        kernel: 3,
        stride: 1,
        padding: 1,
        activation: Activation::Relu,
        norm,
        dropout: 0.0,
    };
    let dense = Layer::Dense { units: 10, activation: Activation::Relu, norm: Norm::Batch, dropout: 0.0 };
    let mut own = experiment(2, vec![norm(Norm::Group { groups: 4 }), dense], DecoderLayers::Layers(vec![]));
    own.decoder.likelihood = Likelihood::GaussianLearned;
    let plan = own.plan(MNIST).unwrap();
    assert_eq!(plan.encoder[0].parameters, 9 * 8 + 8 + 2 * 8);
    assert_eq!(plan.encoder[1].parameters, 8 * 784 * 10 + 10 + 2 * 10);
    let output = 2 * 784 + 784;
    let heads = 2 * (10 * 2 + 2);
    assert_eq!(plan.parameters, 96 + 62_750 + heads + output + 1);
}

#[test]
fn no_layers_is_a_linear_model() {
    for layers in [DecoderLayers::Mirror, DecoderLayers::Layers(vec![])] {
        let plan = experiment(10, vec![], layers).plan(MNIST).unwrap();
        assert_eq!((plan.encoder.len(), plan.features, plan.decoder.len()), (0, 784, 1));
        assert_eq!(plan.decoder[0].name, "decoder.output");
        assert_eq!(plan.parameters, 2 * (784 * 10 + 10) + 10 * 784 + 784);
    }
}

#[test]
fn encoder_that_ends_in_a_map_mirrors_through_a_dense_layer() {
    let plan =
        experiment(4, vec![Layer::conv(8, 4, 4, 0, Activation::Silu)], DecoderLayers::Mirror).plan(MNIST).unwrap();
    assert_eq!(plan.features, 8 * 7 * 7);
    assert_eq!(plan.decoder[0].layer, Layer::dense(392, Activation::Silu));
    assert_eq!(plan.decoder[1].input, map(8, 7, 7));
    assert_eq!(plan.decoder[1].output, map(1, 28, 28));
}

#[test]
fn residual_blocks_mirror_to_residual_blocks() {
    let block = Layer::Residual {
        layers: vec![Layer::conv(4, 3, 1, 1, Activation::Relu), Layer::conv(8, 3, 1, 1, Activation::Linear)],
    };
    let encoder = vec![Layer::conv(8, 4, 2, 1, Activation::Gelu), block, Layer::dense(32, Activation::Tanh)];
    let plan = experiment(4, encoder, DecoderLayers::Mirror).plan(MNIST).unwrap();
    let children: Vec<_> = plan.encoder[1].children.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(children, ["encoder.1.0", "encoder.1.1"]);
    assert_eq!(plan.encoder[1].parameters, (8 * 4 * 9 + 4) + (4 * 8 * 9 + 8));

    let to_block = &plan.decoder[1];
    assert_eq!(to_block.layer, Layer::dense(8 * 14 * 14, Activation::Gelu), "handed on through the block");
    let block = &plan.decoder[2];
    let expected = Layer::Residual {
        layers: vec![transpose(4, 3, 1, 1, Activation::Relu), transpose(8, 3, 1, 1, Activation::Linear)],
    };
    assert_eq!(block.layer, expected);
    assert_eq!((block.input, block.output), (map(8, 14, 14), map(8, 14, 14)));
    let names: Vec<_> = block.children.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["decoder.2.0", "decoder.2.1"]);
    assert_eq!(plan.decoder[3].name, "decoder.output");
}

#[test]
fn an_encoder_that_starts_with_a_block_gets_an_output_layer_after_its_mirror() {
    let block = Layer::Residual { layers: vec![Layer::conv(1, 3, 1, 1, Activation::Linear)] };
    let plan = experiment(4, vec![block], DecoderLayers::Mirror).plan(MNIST).unwrap();
    let output = plan.decoder.last().unwrap();
    assert_eq!((output.name.as_str(), &output.layer), ("decoder.output", &Layer::conv(1, 1, 1, 0, Activation::Linear)));
    assert_eq!(output.output, map(1, 28, 28));
}

#[test]
fn reshape_in_the_encoder_is_undone() {
    let encoder = vec![
        Layer::dense(98, Activation::Tanh),
        Layer::Reshape { channels: 2, height: 7, width: 7 },
        Layer::conv(4, 3, 1, 0, Activation::Relu),
    ];
    let plan = experiment(3, encoder, DecoderLayers::Mirror).plan(MNIST).unwrap();
    let layers: Vec<_> = plan.decoder.iter().map(|l| l.layer.clone()).collect();
    let expected = [
        Layer::dense(4 * 5 * 5, Activation::Relu),
        transpose(2, 3, 1, 0, Activation::Tanh),
        Layer::dense(784, Activation::Linear),
    ];
    assert_eq!(layers, expected);
    assert_eq!(plan.decoder[2].input, FeatureShape::Flat(98));
}

#[test]
fn reshape_in_the_decoder_is_inferred_from_the_image() {
    let relu = Activation::Relu;
    let layers = vec![
        Layer::dense(3136, relu),
        transpose(32, 4, 2, 1, relu),
        Layer::Residual { layers: vec![Layer::conv(32, 3, 1, 1, relu)] },
        transpose(1, 4, 2, 1, Activation::Linear),
    ];
    let plan = experiment(8, vec![], DecoderLayers::Layers(layers)).plan(MNIST).unwrap();
    assert_eq!(plan.decoder[1].input, map(64, 7, 7));
    assert_eq!(plan.decoder.len(), 4, "the list is complete");
    assert_eq!(plan.decoder[3].name, "decoder.output");
}

#[test]
fn a_map_of_the_images_size_gets_a_1x1_output_convolution() {
    for last in [transpose(3, 4, 2, 1, Activation::Linear), transpose(1, 4, 2, 1, Activation::Relu)] {
        let channels = plan_channels(&last);
        let layers = vec![Layer::dense(196 * 4, Activation::Relu), last];
        let plan = experiment(8, vec![], DecoderLayers::Layers(layers)).plan(MNIST).unwrap();
        assert_eq!(plan.decoder[2].layer, Layer::conv(1, 1, 1, 0, Activation::Linear));
        assert_eq!(plan.decoder[2].parameters, channels + 1);
    }
}

fn plan_channels(layer: &Layer) -> usize {
    match layer {
        Layer::ConvTranspose { channels, .. } => *channels,
        _ => unreachable!(),
    }
}

#[test]
fn misfits_name_layer_shape_and_reason() {
    let conv = |kernel, stride| Layer::conv(8, kernel, stride, 0, Activation::Relu);
    let found = problem(&experiment(2, vec![conv(4, 4), conv(5, 1), conv(4, 2)], DecoderLayers::Mirror), MNIST);
    assert_eq!(found.path, "encoder[2]");
    let expected = "encoder layer 3: 4×4 convolution, stride 2 cannot follow a 3×3 map: the kernel is larger";
    assert!(found.message.starts_with(expected), "{found}");

    let flat = vec![Layer::dense(10, Activation::Relu), conv(3, 1)];
    let found = problem(&experiment(2, flat, DecoderLayers::Mirror), MNIST);
    assert!(found.message.contains("cannot follow 10 features: it reads a map; add Reshape("), "{found}");

    let own =
        DecoderLayers::Layers(vec![Layer::dense(100, Activation::Relu), transpose(1, 4, 2, 1, Activation::Linear)]);
    let found = problem(&experiment(2, vec![], own), MNIST);
    assert_eq!(found.path, "decoder.layers[1]");
    assert!(found.message.contains("196 does not divide 100"), "{found}");

    let reshape = vec![Layer::dense(100, Activation::Relu), Layer::Reshape { channels: 3, height: 6, width: 6 }];
    let found = problem(&experiment(2, reshape, DecoderLayers::Mirror), MNIST);
    assert!(found.message.contains("reshape to 3×6×6 needs 108 features but reads 100"), "{found}");

    let block = vec![Layer::Residual { layers: vec![Layer::dense(10, Activation::Relu)] }];
    let found = problem(&experiment(2, block, DecoderLayers::Mirror), MNIST);
    assert!(found.message.contains("residual block must keep its shape, but its layers make 10 of 784"), "{found}");

    let nothing_left = DecoderLayers::Layers(vec![
        Layer::Reshape { channels: 2, height: 1, width: 1 },
        transpose(1, 2, 1, 1, Activation::Relu),
    ]);
    let found = problem(&experiment(2, vec![], nothing_left), MNIST);
    assert!(found.message.contains("cannot follow a 1×1 map: its padding leaves nothing"), "{found}");

    let huge = DecoderLayers::Layers(vec![
        Layer::Reshape { channels: 2, height: 1, width: 1 },
        transpose(1 << 20, 256, 1, 0, Activation::Relu),
    ]);
    let found = problem(&experiment(2, vec![], huge), MNIST);
    assert!(found.message.contains("more than the limit of 16777216"), "{found}");
}

#[test]
fn ranges_of_encoder_and_decoder_are_all_told_at_once() {
    let mut bad = experiment(
        0,
        vec![
            Layer::Dense { units: 0, activation: Activation::Relu, norm: Norm::None, dropout: 1.0 },
            Layer::Residual { layers: vec![Layer::conv(6, 0, 0, 999, Activation::Relu)] },
            Layer::Residual { layers: vec![] },
        ],
        DecoderLayers::Layers(vec![Layer::Dense {
            units: 10,
            activation: Activation::Relu,
            norm: Norm::Group { groups: 4 },
            dropout: 0.0,
        }]),
    );
    let paths: Vec<_> = bad.plan(MNIST).unwrap_err().into_iter().map(|p| p.path).collect();
    let expected = [
        "latent.dimension",
        "encoder[0].units",
        "encoder[0].dropout",
        "encoder[1].layers[0].kernel",
        "encoder[1].layers[0].stride",
        "encoder[1].layers[0].padding",
        "encoder[2].layers",
        "decoder.layers[0].norm",
    ];
    assert_eq!(paths, expected);
    bad.encoder = vec![];
    bad.latent.dimension = 2;
    let group = problem(&bad, MNIST);
    assert!(group.message.contains("4 groups must divide its 10 channels; try 2"), "{group}");
}

#[test]
fn mirrors_that_cannot_be_say_why() {
    let uneven = ImageShape { channels: 3, height: 28, width: 29 };
    let stride = vec![Layer::conv(8, 4, 2, 1, Activation::Relu), Layer::conv(8, 4, 3, 1, Activation::Relu)];
    let found = problem(&experiment(2, stride, DecoderLayers::Mirror), uneven);
    assert_eq!(found.path, "decoder.layers");
    assert!(found.message.contains("encoder layer 1, 4×4 convolution, stride 2, padding 1 on a 28×29 map"), "{found}");

    let block = vec![
        Layer::dense(16, Activation::Relu),
        Layer::Residual {
            layers: vec![
                Layer::Reshape { channels: 1, height: 4, width: 4 },
                Layer::conv(2, 3, 1, 1, Activation::Relu),
                Layer::dense(16, Activation::Relu),
            ],
        },
    ];
    let found = problem(&experiment(2, block, DecoderLayers::Mirror), MNIST);
    assert!(found.message.contains("starts by reshaping a vector"), "{found}");
}

#[test]
fn absurd_images_and_networks_are_refused() {
    let absurd = ImageShape { channels: usize::MAX, height: usize::MAX, width: 2 };
    assert_eq!(problem(&Experiment::default(), absurd).path, "data.source");
    let none = ImageShape { channels: 1, height: 0, width: 28 };
    assert_eq!(problem(&Experiment::default(), none).path, "data.source");
    let wide = vec![Layer::dense(1 << 24, Activation::Relu)];
    let found = problem(&experiment(2, wide, DecoderLayers::Mirror), MNIST);
    assert!(found.message.contains("more than 2147483648 parameters"), "{found}");
}

/// The shape after a layer, written anew from the formulas in the documentation.
fn shape_after(layer: &Layer, input: FeatureShape) -> FeatureShape {
    match (layer, input) {
        (Layer::Dense { units, .. }, FeatureShape::Flat(_)) => FeatureShape::Flat(*units),
        (Layer::Conv { channels, kernel, stride, padding, .. }, FeatureShape::Map { height, width, .. }) => {
            let side = |n: usize| (n + 2 * padding - kernel) / stride + 1;
            map(*channels, side(height), side(width))
        }
        (
            Layer::ConvTranspose { channels, kernel, stride, padding, output_padding, .. },
            FeatureShape::Map { height, width, .. },
        ) => {
            let side = |n: usize| (n - 1) * stride + kernel + output_padding - 2 * padding;
            map(*channels, side(height), side(width))
        }
        (Layer::Reshape { channels, height, width }, _) => map(*channels, *height, *width),
        (layer, input) => panic!("{layer:?} cannot read {input:?}"),
    }
}

fn small_conv() -> impl Strategy<Value = Layer> {
    (1..5_usize, 1..6_usize, 1..4_usize, 0..3_usize, any::<bool>()).prop_map(
        |(channels, kernel, stride, padding, transposed)| match transposed {
            false => Layer::conv(channels, kernel, stride, padding, Activation::Relu),
            true => transpose(channels, kernel, stride, padding, Activation::Tanh),
        },
    )
}

fn absurd_layer() -> impl Strategy<Value = Layer> {
    let number = || prop_oneof![0..4_usize, any::<usize>(), Just(usize::MAX), Just(1 << 24)];
    prop_oneof![
        number().prop_map(|units| Layer::dense(units, Activation::Relu)),
        (number(), number(), number(), number()).prop_map(|(c, k, s, p)| Layer::conv(c, k, s, p, Activation::Relu)),
        (number(), number(), number(), number()).prop_map(|(c, k, s, p)| transpose(c, k, s, p, Activation::Relu)),
        (number(), number(), number()).prop_map(|(channels, height, width)| Layer::Reshape { channels, height, width }),
    ]
    .prop_recursive(3, 8, 3, |layer| prop::collection::vec(layer, 0..3).prop_map(|layers| Layer::Residual { layers }))
}

proptest! {
    /// The mirror of any stack of convolutions on square images restores every size the encoder saw.
    #[test]
    fn mirrors_restore_every_shape(
        side in 1..40_usize,
        channels in 1..4_usize,
        mut encoder in prop::collection::vec(small_conv(), 0..4),
        end in prop::option::of(1..20_usize),
    ) {
        encoder.extend(end.map(|units| Layer::dense(units, Activation::Elu)));
        let image = ImageShape { channels, height: side, width: side };
        let Ok(plan) = experiment(3, encoder, DecoderLayers::Mirror).plan(image) else { return Ok(()) };
        for layer in plan.encoder.iter().chain(&plan.decoder) {
            prop_assert_eq!(shape_after(&layer.layer, layer.input), layer.output);
        }
        for pair in plan.decoder.windows(2) {
            prop_assert_eq!(pair[0].output.len(), pair[1].input.len());
        }
        let output = plan.decoder.last().unwrap();
        prop_assert_eq!(output.output.len(), image.pixels());
        prop_assert_eq!(output.name.as_str(), "decoder.output");
        prop_assert_eq!(output.layer.follow(), Some(Follow::default()));
    }

    /// Nothing overflows or panics, whatever the numbers.
    #[test]
    fn absurd_numbers_are_problems(
        latent in prop_oneof![0..4_usize, any::<usize>()],
        encoder in prop::collection::vec(absurd_layer(), 0..4),
        decoder in prop::option::of(prop::collection::vec(absurd_layer(), 0..4)),
        (channels, height, width) in prop_oneof![Just((1, 28, 28)), any::<(usize, usize, usize)>()],
    ) {
        let layers = decoder.map_or(DecoderLayers::Mirror, DecoderLayers::Layers);
        match experiment(latent, encoder, layers).plan(ImageShape { channels, height, width }) {
            Ok(plan) => prop_assert!(plan.parameters > 0),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }
}
