//! The compared runs as they are drawn: those of one setting, which differ in the seed alone, are one curve.

use super::compared::Compared;
use super::names::{Named, told_apart};
use crate::ui::setting::Setting;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Runs that are drawn as one curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Unlike that of any other group and any run, and another one when a run comes or goes.
    pub number: u64,
    /// The group's name beside the others: "K = 16 (3 seeds)".
    pub name: String,
    /// The number of its look: a colour and a kind of line.
    pub look: usize,
    /// Places in the list of runs, the oldest run first.
    pub members: Vec<usize>,
}

impl Group {
    /// The groups of the runs that are shown, in the order of their first runs. Of two runs of one setting and one seed
    /// the second is a group of its own, since it is no further sample.
    pub fn of(runs: &[Compared], present: Option<&Setting>) -> Vec<Self> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (place, run) in runs.iter().enumerate().filter(|(_, run)| run.shown) {
            match groups.iter_mut().find(|group| belongs(runs, group, run)) {
                Some(group) => group.push(place),
                None => groups.push(vec![place]),
            }
        }
        let names = names(runs, &groups, present);
        let named = groups.into_iter().zip(names);
        named
            .map(|(members, name)| Self { number: number(runs, &members), name, look: runs[members[0]].look, members })
            .collect()
    }
}

/// Whether a run is a further seed of a group's setting.
fn belongs(runs: &[Compared], group: &[usize], run: &Compared) -> bool {
    let settings = |member: &usize| runs[*member].setting.as_ref().zip(run.setting.as_ref());
    group.iter().all(|member| settings(member).is_some_and(|(a, b)| a.is_like(b) && a.seed != b.seed))
}

/// The number of a group: its run's where it has but one.
fn number(runs: &[Compared], members: &[usize]) -> u64 {
    if let [alone] = members {
        return runs[*alone].curves.run();
    }
    let mut hasher = DefaultHasher::new();
    members.iter().for_each(|&member| runs[member].curves.run().hash(&mut hasher));
    // Runs have small numbers, or those just below the largest.
    hasher.finish() >> 1 | 1 << 62
}

/// The names of the groups, no two alike.
fn names(runs: &[Compared], groups: &[Vec<usize>], present: Option<&Setting>) -> Vec<String> {
    let first = |group: &Vec<usize>| &runs[group[0]];
    // Each setting is named once; further copies of it are numbered.
    let mut settings: Vec<Named<'_>> = Vec::new();
    for run in groups.iter().map(first) {
        if let Some(setting) = &run.setting
            && !settings.iter().any(|known| known.setting.is_like(setting))
        {
            settings.push(Named { setting, name: &run.name });
        }
    }
    let told = told_apart(&settings, present);
    let mut names: Vec<String> = Vec::new();
    for group in groups {
        let run = first(group);
        let of = |setting: &Setting| settings.iter().position(|known| known.setting.is_like(setting));
        let name = run.setting.as_ref().and_then(of).map_or_else(|| run.name.clone(), |place| told[place].clone());
        let name = if group.len() > 1 { format!("{name} ({} seeds)", group.len()) } else { name };
        let copies = (2..).map(|copy| format!("{name}, copy {copy}"));
        let name = std::iter::once(name.clone()).chain(copies).find(|name| !names.contains(name));
        names.extend(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::ui::curves::Curves;
    use std::sync::Arc;

    fn run(number: u64, name: &str, samples: usize, seed: u64) -> Compared {
        let mut experiment = Experiment { name: name.into(), seed, ..Experiment::default() };
        experiment.objective.samples = samples;
        Compared {
            name: name.into(),
            differences: String::new(),
            curves: Curves::default().numbered(number),
            shown: true,
            passing: false,
            look: number as usize,
            folder: None,
            setting: Some(Setting::of(&experiment)),
            experiment: Some(Arc::new(experiment)),
            growing: None,
        }
    }

    #[test]
    fn seeds_of_one_setting_are_one_group() {
        let mut runs =
            vec![run(1, "a", 16, 1), run(2, "b", 1, 1), run(3, "c", 16, 2), run(4, "d", 16, 3), run(5, "e", 1, 2)];
        let groups = Group::of(&runs, None);
        let told: Vec<(&str, &[usize])> = groups.iter().map(|it| (it.name.as_str(), it.members.as_slice())).collect();
        assert_eq!(told, [("K = 16 (3 seeds)", &[0, 2, 3][..]), ("K = 1 (2 seeds)", &[1, 4])]);
        assert_eq!((groups[0].look, groups[1].look), (1, 2), "the look of its first run");
        // One that is hidden is in no group, and what is drawn of the others is another curve.
        runs[3].shown = false;
        let fewer = Group::of(&runs, None);
        assert_eq!(fewer[0].members, [0, 2]);
        assert_ne!(fewer[0].number, groups[0].number);
        assert_eq!(fewer[1].number, groups[1].number);
    }

    #[test]
    fn one_seed_twice_is_no_second_sample() {
        let runs = [run(1, "a", 16, 1), run(2, "b", 16, 1), run(3, "c", 16, 2)];
        let groups = Group::of(&runs, None);
        assert_eq!(groups.iter().map(|it| it.members.clone()).collect::<Vec<_>>(), [vec![0, 2], vec![1]]);
        assert_ne!(groups[0].name, groups[1].name);
    }

    #[test]
    fn runs_without_an_experiment_stand_alone_under_names_of_their_own() {
        let unknown = |number| Compared { setting: None, experiment: None, ..run(number, "a run", 1, 1) };
        let groups = Group::of(&[unknown(1), unknown(2)], None);
        assert_eq!(groups.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["a run", "a run, copy 2"]);
    }
}
