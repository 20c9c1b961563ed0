//! The programs in `examples` do what they say.

#[path = "../examples/measure_evidence.rs"]
mod measure_evidence;
#[path = "../examples/own_likelihood.rs"]
mod own_likelihood;
#[path = "../examples/preset_pictures.rs"]
#[allow(dead_code, reason = "its `main` writes into the repository")]
mod preset_pictures;
#[path = "../examples/train_headless.rs"]
mod train_headless;

#[test]
fn training_without_a_window_raises_the_bound() {
    let mut bounds = Vec::new();
    train_headless::train(|report| bounds.push(report.elbo)).expect("it trains");
    let (first, last) = (bounds[0], bounds[bounds.len() - 1]);
    assert!(bounds.len() >= 3 && last > first + 5.0, "{bounds:?}");
    train_headless::main().expect("it prints");
}

#[test]
fn three_methods_measure_the_same_evidence() {
    let measured = measure_evidence::measure().expect("it measures");
    assert!(!measured.is_empty());
    for image in measured {
        let (lattice, error) = image.quadrature;
        assert!((lattice - image.exact).abs() < error + 0.02, "{lattice} ± {error} for {}", image.exact);
        let (sampled, se) = image.importance;
        assert!((sampled - image.exact).abs() < 5.0 * se + 0.05, "{sampled} ± {se} for {}", image.exact);
    }
    measure_evidence::main().expect("it prints");
}

#[test]
fn a_likelihood_from_outside_is_measured() {
    let [gaussian, logistic] = own_likelihood::compare().expect("it measures");
    assert!(gaussian.is_finite() && logistic.is_finite());
    // Most pixels of a digit are background: a sharper peak explains them better.
    assert!(logistic > gaussian, "{logistic} {gaussian}");
    own_likelihood::main().expect("it prints");
}

#[test]
fn a_preset_s_picture_has_samples_beside_a_scatter() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let second = std::time::Duration::from_millis(300);
    let path = preset_pictures::write("mnist-2d", folder.path(), second).expect("it trains");
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).expect("it was written")));
    let reader = decoder.read_info().expect("a picture");
    // Three images of 28 pixels and a pixel around each, twice, and three pixels between.
    assert_eq!((reader.info().width, reader.info().height), (2 * 88 + 3, 88));
}
