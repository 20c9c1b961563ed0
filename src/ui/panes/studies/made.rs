//! A study made by hand, for tests: β ∈ {1, 4}, two dimensions, seeds 0 and 1; log p(x) is 10·dimension − β + seed.

use crate::data::Noun;
use crate::estimate::Estimate;
use crate::experiment::study::{Axis, FieldValue, Study, StudyFile};
use crate::study::table::{Measured, PointRow, Table};
use crate::study::term::Term;
use crate::study::{Planned, Record};
use crate::ui::studies::Seen;
use std::collections::BTreeMap;

fn study() -> Study {
    let mut study = StudyFile::from_ron("(version: 1, base: Preset(\"mnist-2d\"))", "made").unwrap().study;
    let list = |field: &str, values: [&str; 2]| Axis::List {
        field: field.into(),
        values: values.map(|value| FieldValue::new(value).unwrap()).into(),
    };
    study.axes = vec![
        list("objective.beta", ["1", "4"]),
        list("latent.dimension", ["2", "5"]),
        Axis::Seeds { from: 0, count: 2 },
    ];
    study
}

/// With all of its points done.
pub fn seen() -> Seen {
    let study = study();
    let planned = Planned::afresh(&study, &study.points().unwrap().points).unwrap();
    let row = |record: &Record| {
        let values: Vec<String> = record.assignments.iter().map(|set| set.value.to_string()).collect();
        let numbers: Vec<f64> = values.iter().map(|value| value.parse().unwrap()).collect();
        let value = 10.0 * numbers[1] - numbers[0] + numbers[2];
        let log_px = Some(Estimate { value, se: 0.1 });
        PointRow {
            number: record.number,
            name: record.name.clone(),
            values,
            state: "done",
            why: None,
            queue: None,
            step: Some(100),
            share: 1.0,
            seconds_left: None,
            measured: Measured { log_px, kl: Some(Estimate::exact(numbers[0])), ..Measured::default() },
            more: BTreeMap::new(),
        }
    };
    let points = planned.records.iter().map(row).collect();
    let table = Table {
        noun: Noun::Image,
        study: "made".into(),
        fields: ["beta", "dimension", "seed"].map(String::from).into(),
        paths: ["objective.beta", "latent.dimension", "seed"].map(String::from).into(),
        seconds_left: None,
        points,
        settings: Vec::new(),
    };
    Seen { study, records: planned.records, table, share: 1.0, slurm: Default::default() }
}

/// log p(x).
pub fn term() -> Term {
    Term::judge(&seen().table).unwrap()
}
