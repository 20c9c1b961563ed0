//! The verdict on the best setting of a study, and whether its seeds allow one.
//!
//! Settings are compared seed by seed: with one seed they share their data, their binarisation and most of their noise,
//! which the difference leaves out. A difference counts where it is larger than 19 of 20 differences would be that came
//! of the seeds alone (Student 1908). Both signs are counted, since the data choose which setting is called the best.

use crate::estimate::Estimate;
use std::collections::BTreeMap;

/// Share of differences that come of the seeds alone and are told as such.
const SURE: f64 = 0.95;
/// More seeds than these are not asked for: the settings are equal for all purposes.
pub const SEEDS_MAX: usize = 1_000;

/// A setting's values by seed, nats per image or any other quantity of which more is better.
pub type BySeed = BTreeMap<String, f64>;

/// The best of a study's settings, and how far it is ahead of each other one.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The place of the best setting.
    pub best: usize,
    /// The best setting's mean with its standard error over seeds.
    pub mean: Estimate,
    /// Number of seeds for which the best setting's value is known.
    pub seeds: usize,
    /// The others of which anything is known, the next best first.
    pub rivals: Vec<Rival>,
}

/// A setting beside the best one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rival {
    /// The place of the setting.
    pub setting: usize,
    /// The setting's mean with its standard error over seeds.
    pub mean: Estimate,
    /// How far the best one is ahead: the mean of the differences seed by seed, with its standard error.
    pub behind: Estimate,
    /// The seeds that both have.
    pub shared: usize,
    /// Whether the seeds tell the two apart.
    pub apart: bool,
}

impl Verdict {
    /// The verdict on settings; `None` where nothing is known of any.
    pub fn of(settings: &[BySeed]) -> Option<Self> {
        let known = settings.iter().enumerate().filter(|(_, values)| !values.is_empty());
        let mut means: Vec<(usize, Estimate)> = known.map(|(place, values)| (place, mean(values))).collect();
        // The first of equals, as the table has them.
        means.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
        let (&(best, own), others) = means.split_first()?;
        let rival = |&(setting, mean): &(usize, Estimate)| {
            let ahead: Vec<f64> =
                settings[best].iter().filter_map(|(seed, value)| Some(value - settings[setting].get(seed)?)).collect();
            let behind = match ahead.is_empty() {
                true => Estimate { value: own.value - mean.value, se: f64::NAN },
                false => Estimate::mean(&ahead),
            };
            Rival { setting, mean, behind, shared: ahead.len(), apart: is_apart(behind, ahead.len()) }
        };
        let rivals = others.iter().map(rival).collect();
        Some(Self { best, mean: own, seeds: settings[best].len(), rivals })
    }

    /// Whether the seeds tell the best setting from every other one.
    pub fn is_sure(&self) -> bool {
        self.rivals.iter().all(|rival| rival.apart)
    }

    /// The verdict in a sentence or two, settings by their names.
    pub fn text(&self, names: &[String]) -> String {
        let name = |place: usize| names.get(place).map_or("?", String::as_str);
        let best = name(self.best);
        let Some(first) = self.rivals.first() else {
            return format!("There is only {best} so far, and no other to compare it with.");
        };
        let with = |rival: &Rival| {
            format!("{} by {:.2} over {} shared seeds", name(rival.setting), rival.behind, rival.shared)
        };
        let Some(open) = self.rivals.iter().find(|rival| !rival.apart) else {
            return format!("{best} is best, ahead of {}.", with(first));
        };
        // A mean may lead by a seed that the rival does not have yet.
        if let Some(ahead) = self.rivals.iter().find(|rival| rival.shared > 0 && rival.behind.value < 0.0) {
            let seeds = if ahead.shared == 1 { "the one shared seed" } else { "the shared seeds" };
            return format!(
                "No verdict: {best} has the highest mean, but over {seeds} it is behind {} by {:.2}; train both with \
                 the same seeds.",
                name(ahead.setting),
                -ahead.behind.value
            );
        }
        if open.shared < 2 {
            let others = if self.rivals.len() > 1 { ", of all settings," } else { "" };
            return format!(
                "No verdict: {best} is first{others} by {:.2} before {}, but one shared seed does not tell skill from \
                 luck; train {} more.",
                open.behind.value,
                name(open.setting),
                3 - open.shared
            );
        }
        let opens = || self.rivals.iter().filter(|rival| !rival.apart);
        let others = match opens().count() - 1 {
            0 => String::new(),
            1 => ", and so may its lead over another one be".into(),
            others => format!(", and so may its lead over {others} others be"),
        };
        let most = opens().map(more_seeds).try_fold(0, |most, more| more.map(|more| most.max(more)));
        let more = match most {
            Some(1) => "about 1 more seed would tell".to_string(),
            Some(more) => format!("about {more} more seeds would tell"),
            None if opens().count() == 1 => {
                format!("{SEEDS_MAX} seeds would not tell: for all purposes the two are equal")
            }
            None => format!("{SEEDS_MAX} seeds would not tell all of them: for all purposes some are equal"),
        };
        format!("No verdict: {best} is ahead of {}, which may be luck{others}; {more}.", with(open))
    }
}

/// About how many more seeds would tell the best setting from a rival, if difference and scatter stay as they are;
/// `None` where [`SEEDS_MAX`] would not, or where too few are known to guess.
pub fn more_seeds(rival: &Rival) -> Option<usize> {
    let Estimate { value, se } = rival.behind;
    if rival.shared < 2 || !(value > 0.0 && se.is_finite()) {
        return None;
    }
    let scatter = se * (rival.shared as f64).sqrt();
    // A normal distribution needs fewer than Student's: never a start beyond the answer.
    let start = (1.96 * scatter / value).powi(2).min(SEEDS_MAX as f64 + 1.0) as usize;
    let tells = |seeds: &usize| quantile(SURE, seeds - 1) * scatter / (*seeds as f64).sqrt() < value;
    (start.max(rival.shared + 1)..=SEEDS_MAX).find(tells).map(|seeds| seeds - rival.shared)
}

fn mean(values: &BySeed) -> Estimate {
    Estimate::mean(&values.values().copied().collect::<Vec<f64>>())
}

/// Whether a mean difference over `seeds` seeds is more than the seeds alone would make.
fn is_apart(difference: Estimate, seeds: usize) -> bool {
    seeds >= 2 && difference.value > quantile(SURE, seeds - 1) * difference.se
}

/// The t for which |t| is smaller with probability `share` under Student's distribution with `freedom` degrees of
/// freedom.
fn quantile(share: f64, freedom: usize) -> f64 {
    let (mut low, mut high) = (0.0, 1e3);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        *(if within(middle, freedom) < share { &mut low } else { &mut high }) = middle;
    }
    0.5 * (low + high)
}

/// The share of Student's distribution between −t and t (Abramowitz & Stegun 1964, equations 26.7.3 and 26.7.4).
fn within(t: f64, freedom: usize) -> f64 {
    let angle = (t / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = freedom % 2 == 1;
    let (mut term, mut sum) = if is_odd { (cosine, 0.0) } else { (1.0, 0.0) };
    let mut power = if is_odd { 1 } else { 0 };
    while power + 2 <= freedom {
        sum += term;
        power += 2;
        let (over, under) = ((power - 1) as f64, power as f64);
        term *= cosine * cosine * over / under;
    }
    match is_odd {
        true => 2.0 / std::f64::consts::PI * (angle + sine * sum),
        false => sine * sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(values: &[f64]) -> BySeed {
        values.iter().enumerate().map(|(seed, value)| (seed.to_string(), *value)).collect()
    }

    #[test]
    fn the_quantiles_of_student_are_those_of_the_tables() {
        let table =
            [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (30, 2.042), (120, 1.980)];
        for (freedom, expected) in table {
            let found = quantile(0.95, freedom);
            assert!((found - expected).abs() < 6e-4, "{freedom}: {found} for {expected}");
        }
        assert!((quantile(0.99, 2) - 9.925).abs() < 6e-4 && (quantile(0.99, 7) - 3.499).abs() < 6e-4);
    }

    /// Differences 1.0, 1.2, 0.8: mean 1, standard deviation 0.2, error 0.2/√3 = 0.1155, t = 8.66 > 4.303; while the
    /// seeds scatter by 5, which an unpaired test would drown in.
    #[test]
    fn seeds_are_paired() {
        let verdict = Verdict::of(&[setting(&[-101.0, -106.2, -110.8]), setting(&[-100.0, -105.0, -110.0])]).unwrap();
        assert_eq!((verdict.best, verdict.seeds), (1, 3));
        assert!((verdict.mean.value + 105.0).abs() < 1e-12 && (verdict.mean.se - 5.0 / 3f64.sqrt()).abs() < 1e-12);
        let rival = verdict.rivals[0];
        assert!((rival.behind.value - 1.0).abs() < 1e-9 && (rival.behind.se - 0.115_470).abs() < 1e-5);
        assert!(rival.apart && verdict.is_sure());
        let text = verdict.text(&["β = 2".into(), "β = 1".into()]);
        assert_eq!(text, "β = 1 is best, ahead of β = 2 by 1.00 ± 0.12 over 3 shared seeds.");
    }

    /// Differences 2, 0, 1: mean 1, deviation 1, error 0.577, t = 1.73. With n seeds it takes t(n − 1)/√n < 1: n = 6
    /// has 2.571/2.449 > 1, n = 7 has 2.447/2.646 < 1, so that 4 more are needed.
    #[test]
    fn too_few_seeds_give_no_verdict_and_say_how_many_would() {
        let verdict = Verdict::of(&[setting(&[3.0, 2.0, 4.0]), setting(&[1.0, 2.0, 3.0])]).unwrap();
        assert!(!verdict.is_sure());
        assert_eq!(more_seeds(&verdict.rivals[0]), Some(4));
        let text = verdict.text(&["a".into(), "b".into()]);
        let expected = "No verdict: a is ahead of b by 1.00 ± 0.58 over 3 shared seeds, which may be luck; \
                        about 4 more seeds would tell.";
        assert_eq!(text, expected);
    }

    #[test]
    fn equal_settings_are_called_so() {
        let verdict = Verdict::of(&[setting(&[1.0, 2.0, 3.0]), setting(&[1.1, 1.9, 3.0])]).unwrap();
        assert_eq!(more_seeds(&verdict.rivals[0]), None);
        assert!(verdict.text(&["a".into(), "b".into()]).contains("for all purposes the two are equal"));
        let third = setting(&[-9.0, 2.0, 3.0]);
        let verdict = Verdict::of(&[setting(&[1.0, 2.0, 3.0]), setting(&[0.0, 2.0, 2.5]), third]).unwrap();
        let text = verdict.text(&["a".into(), "b".into(), "c".into()]);
        assert!(text.contains("may be luck, and so may its lead over another one be; about"), "{text}");
        let same = Verdict::of(&[setting(&[1.0, 2.0]), setting(&[1.0, 2.0])]).unwrap();
        assert!(same.best == 0 && !same.is_sure());
    }

    #[test]
    fn one_seed_is_luck_and_only_shared_seeds_are_paired() {
        let verdict = Verdict::of(&[setting(&[1.0]), setting(&[2.0])]).unwrap();
        assert!(!verdict.is_sure());
        let text = verdict.text(&["a".into(), "b".into()]);
        assert!(text.contains("b is first by 1.00 before a") && text.contains("train 2 more"), "{text}");

        let mut late = setting(&[5.0, 6.0]);
        late.insert("9".into(), 100.0);
        let verdict = Verdict::of(&[late, setting(&[4.0, 5.5]), BySeed::new()]).unwrap();
        assert_eq!(verdict.rivals.len(), 1, "of a setting without values nothing is known");
        assert_eq!((verdict.rivals[0].shared, verdict.rivals[0].behind.value), (2, 0.75));
        let text = Verdict::of(&[setting(&[4.0]), setting(&[4.5, 1.0])]).unwrap().text(&["a".into(), "b".into()]);
        let expected = "No verdict: a has the highest mean, but over the one shared seed it is behind b by 0.50; \
                        train both with the same seeds.";
        assert_eq!(text, expected);
        assert_eq!(Verdict::of(&[BySeed::new()]), None);
        let alone = Verdict::of(&[setting(&[1.0])]).unwrap();
        assert!(alone.is_sure() && alone.text(&["a".into()]).contains("only a so far"));
    }
}
