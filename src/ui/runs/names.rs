//! Short names that tell settings apart: by the fields that differ, and by the runs' own names where these are many.

use crate::ui::differences::field_words;
use crate::ui::setting::Setting;

/// A value that is longer than this, in characters, names nothing.
const VALUE_MAX: usize = 24;
/// Settings that differ in more fields than this are called by their names, if these differ.
const FIELDS_MAX: usize = 3;
/// Fields that are tried to tell settings apart.
const TRIED: usize = 14;

/// A setting to be named.
pub struct Named<'a> {
    pub setting: &'a Setting,
    /// The name of its run.
    pub name: &'a str,
}

/// A name for each of the settings, which are all different. One that stands alone is told from `present`.
pub fn told_apart(settings: &[Named<'_>], present: Option<&Setting>) -> Vec<String> {
    if let [alone] = settings {
        return vec![beside(alone, present)];
    }
    let paths = Setting::differing(settings.iter().map(|named| named.setting));
    let names_differ = all_differ(settings.iter().map(|named| named.name));
    let named = || settings.iter().map(|named| named.name.to_owned()).collect();
    if paths.len() > FIELDS_MAX && names_differ {
        return named();
    }
    match by_fields(settings, &paths) {
        Some(names) => names,
        None if names_differ => named(),
        None => (1..).zip(settings).map(|(number, named)| format!("{} ({number})", named.name)).collect(),
    }
}

/// The name of the one setting beside the present one.
fn beside(alone: &Named<'_>, present: Option<&Setting>) -> String {
    let Some(present) = present else { return alone.name.to_owned() };
    let paths = Setting::differing([present, alone.setting]);
    let values: Vec<String> = paths.iter().filter_map(|path| value_of(alone.setting, path)).collect();
    match (paths.len(), values.len()) {
        (0, _) => "same setting".into(),
        (1..=FIELDS_MAX, 1..) => values.join(", "),
        _ => alone.name.to_owned(),
    }
}

/// "K = 16", where the value is short.
fn value_of(setting: &Setting, path: &str) -> Option<String> {
    let text = setting.text(path);
    (!text.is_empty() && text.chars().count() <= VALUE_MAX).then(|| format!("{} = {text}", field_words(path)))
}

/// Names by the values of as few fields as tell the settings apart; among as many, of those that make the shortest
/// names.
fn by_fields(settings: &[Named<'_>], paths: &[String]) -> Option<Vec<String>> {
    let fields: Vec<Vec<String>> = paths
        .iter()
        .filter_map(|path| settings.iter().map(|named| value_of(named.setting, path)).collect())
        .take(TRIED)
        .collect();
    let names = |chosen: &[usize]| -> Vec<String> {
        let of = |i: usize| chosen.iter().map(|&field| fields[field][i].as_str()).collect::<Vec<_>>().join(", ");
        (0..settings.len()).map(of).collect()
    };
    (1..=FIELDS_MAX).find_map(|count| {
        let told = choices(fields.len(), count).into_iter().map(|chosen| names(&chosen));
        let told = told.filter(|names| all_differ(names.iter().map(String::as_str)));
        told.min_by_key(|names| names.iter().map(String::len).sum::<usize>())
    })
}

/// All choices of `count` among `of` numbers.
fn choices(of: usize, count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let ending_in = |last: usize| choices(last, count - 1).into_iter().map(move |rest| [rest, vec![last]].concat());
    (0..of).flat_map(ending_in).collect()
}

fn all_differ<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut names: Vec<&str> = names.collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() == count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{BetaSchedule, Experiment};

    fn setting(edit: impl FnOnce(&mut Experiment)) -> Setting {
        let mut experiment = Experiment::default();
        edit(&mut experiment);
        Setting::of(&experiment)
    }

    fn names(settings: &[(&str, Setting)], present: Option<&Setting>) -> Vec<String> {
        let named: Vec<Named<'_>> = settings.iter().map(|(name, setting)| Named { setting, name }).collect();
        told_apart(&named, present)
    }

    #[test]
    fn as_few_fields_as_tell_settings_apart_name_them() {
        // The learning rate goes along with K, and says nothing more.
        let with = |samples: usize| {
            ("a", setting(|it| (it.objective.samples, it.training.learning_rate) = (samples, 1e-4 * samples as f64)))
        };
        assert_eq!(names(&[with(1), with(5), with(50)], None), ["K = 1", "K = 5", "K = 50"]);
        let grid = |samples: usize, beta: f64| {
            let beta = BetaSchedule::Constant(beta);
            ("a", setting(|it| (it.objective.samples, it.objective.beta) = (samples, beta)))
        };
        let told = names(&[grid(1, 1.0), grid(1, 4.0), grid(16, 1.0)], None);
        assert!(told.iter().all(|name| name.contains("K = ") && name.contains("β = ")), "{told:?}");
        assert!(told[1].contains("β = 4") && told[2].contains("K = 16"), "{told:?}");
    }

    #[test]
    fn one_setting_is_told_from_the_present_run() {
        let present = setting(|_| ());
        assert_eq!(names(&[("a", setting(|it| it.objective.samples = 16))], Some(&present)), ["K = 16"]);
        assert_eq!(names(&[("a", setting(|it| it.seed = 9))], Some(&present)), ["same setting"]);
        assert_eq!(names(&[("a", setting(|_| ()))], None), ["a"]);
    }

    #[test]
    fn settings_that_differ_in_much_are_called_by_their_names() {
        let other = |samples: usize| {
            setting(|it| {
                it.objective.samples = samples;
                it.latent.dimension = 2 * samples;
                it.training.batch = 10 * samples;
                it.training.learning_rate = 1e-5 * samples as f64;
            })
        };
        let told = names(&[("mnist-2d", other(1)), ("burda", other(5))], Some(&setting(|_| ())));
        assert_eq!(told, ["mnist-2d", "burda"]);
        // Of the same name a field must do.
        let told = names(&[("mine", other(1)), ("mine", other(5))], None);
        assert_eq!(told, ["K = 1", "K = 5"]);
    }

    #[test]
    fn long_values_name_nothing_and_no_two_names_are_equal() {
        let layers =
            |count: usize| setting(|it| it.encoder = (0..count).flat_map(|_| Experiment::default().encoder).collect());
        let told = names(&[("a", layers(3)), ("a", layers(4))], None);
        assert_eq!(told, ["a (1)", "a (2)"]);
        let told = names(&[("a", layers(3)), ("b", layers(4))], None);
        assert_eq!(told, ["a", "b"]);
    }
}
