//! The quantities that are known of a study's points, for plots and verdicts.

use super::table::{Group, PointRow, QUANTITIES, Table};
use super::verdict::{BySeed, Verdict};
use crate::data::Noun;
use crate::estimate::Estimate;
use std::collections::BTreeSet;

/// A quantity of a study's points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The quantity's name in files: `log_px`.
    pub name: String,
    /// The quantity's name for people: `log p(x)`.
    pub title: String,
    /// The quantity's unit; empty if it has none.
    pub unit: &'static str,
    /// Decimals that are worth reading.
    pub decimals: usize,
    /// Whether more of it is better, so that a setting can be the best by it.
    pub ranks: bool,
}

/// Names of the quantities that rank settings, the surest judge first.
const JUDGES: [&str; 4] = ["log_px", "evaluated_elbo", "elbo", "best_elbo"];

impl Term {
    /// The quantities of which anything is known, those of the table first.
    pub fn all(table: &Table) -> Vec<Self> {
        let any = |place: usize| table.points.iter().any(|point| point.measured.values()[place].is_some());
        let of_table = (0..QUANTITIES.len()).filter(|&place| any(place)).map(|place| {
            let (name, _, decimals) = QUANTITIES[place];
            Self::named(name, decimals, table.noun)
        });
        let more: BTreeSet<&str> =
            table.points.iter().flat_map(|point| point.more.keys().map(String::as_str)).collect();
        of_table.chain(more.into_iter().map(|name| Self::named(name, 3, table.noun))).collect()
    }

    /// The quantity by which settings are judged where none is chosen.
    pub fn judge(table: &Table) -> Option<Self> {
        let all = Self::all(table);
        JUDGES.iter().find_map(|name| all.iter().find(|term| term.name == *name).cloned())
    }

    fn named(name: &str, decimals: usize, noun: Noun) -> Self {
        let nats = noun.nats();
        let (title, unit) = match name {
            "elbo" => ("ELBO on validation images", nats),
            "best_elbo" => ("best ELBO on validation images", nats),
            "log_px" => ("log p(x)", nats),
            "evaluated_elbo" => ("ELBO of the evaluation", nats),
            "kl" => ("KL[q(z|x) ‖ p(z)]", nats),
            "reconstruction" => ("E[log p(x|z)]", nats),
            "posterior_kl" => ("KL[q(z|x) ‖ p(z|x)]", nats),
            "residual" => ("what the identity leaves", nats),
            "active_units" => ("active units", ""),
            "seconds" => ("time of training", "s"),
            "images_per_second" => ("images per second", ""),
            other => return Self { title: words(other), ..Self::plain(other, decimals) },
        };
        let ranks = JUDGES.contains(&name);
        Self { title: noun.say(title).into_owned(), unit, ranks, ..Self::plain(name, decimals) }
    }

    fn plain(name: &str, decimals: usize) -> Self {
        Self { name: name.into(), title: String::new(), unit: "", decimals, ranks: false }
    }

    /// A short name, for where there is little room.
    pub fn short(&self) -> &str {
        match self.name.as_str() {
            "elbo" => "ELBO",
            "best_elbo" => "best ELBO",
            "log_px" => "log p(x)",
            "evaluated_elbo" => "ELBO (eval.)",
            "kl" => "KL",
            "active_units" => "active",
            "seconds" => "time",
            "images_per_second" => "speed",
            _ => self.title.rsplit(": ").next().unwrap_or(&self.title),
        }
    }

    /// Whether it is the same at all points of a table where it is known.
    pub fn is_constant(&self, table: &Table) -> bool {
        let mut values = table.points.iter().filter_map(|point| Some(self.of(point)?.value));
        let first = values.next();
        values.all(|value| Some(value) == first)
    }

    /// The quantity's value at a point that is done.
    pub fn of(&self, point: &PointRow) -> Option<Estimate> {
        if point.state != "done" {
            return None;
        }
        let place = QUANTITIES.iter().position(|(name, ..)| *name == self.name);
        let found = match place {
            Some(place) => point.measured.values()[place],
            None => point.more.get(&self.name).copied(),
        };
        found.filter(|estimate| estimate.value.is_finite())
    }

    /// The verdict on the best setting by this quantity, with the settings' names; `None` where more is not better, or
    /// nothing is known.
    pub fn verdict(&self, table: &Table) -> Option<(Verdict, Vec<String>)> {
        let groups = table.groups();
        let by_seed = |group: &Group<'_>| -> BySeed {
            let value = |point: &&PointRow| Some((table.seed_of(point).to_string(), self.of(point)?.value));
            group.points.iter().filter_map(value).collect()
        };
        let values: Vec<BySeed> = groups.iter().map(by_seed).collect();
        let names = groups.iter().map(|group| table.name_of(&group.values)).collect();
        Some((Verdict::of(&values).filter(|_| self.ranks)?, names))
    }
}

/// `gap_split.sampling` as words.
fn words(name: &str) -> String {
    name.replace('_', " ").replace('.', ": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_words_of_its_own_is_called_as_in_its_file() {
        assert_eq!(Term::named("gap_split.sampling", 3, Noun::Image).title, "gap split: sampling");
        assert!(Term::named("log_px", 3, Noun::Image).ranks && !Term::named("kl", 2, Noun::Image).ranks);
    }
}
