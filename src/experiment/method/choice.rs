//! A choice from a list of alternatives: the declarations of a list, and how a choice is read.

use crate::experiment::limits::{Limits, Number};
use crate::experiment::{Experiment, ImageShape, Problem};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// One alternative of a list, as an experiment names it: a method, a schedule, a source of data.
pub trait Choice: Clone + PartialEq + Sized + 'static {
    /// Every alternative once, with its fields at their defaults, in the order of the form. The first is the list's
    /// default.
    const ALL: &'static [Self];

    /// The alternative's name in the form.
    fn name(&self) -> &'static str;

    /// The meaning of the alternative, in one sentence.
    fn about(&self) -> &'static str;

    /// The source: paper and equation. May be empty.
    fn reference(&self) -> &'static str;

    /// The alternative's fields.
    fn fields(&mut self) -> Vec<Field<'_>>;

    /// Why the alternative makes no sense in an experiment, and what would instead; `None` where it does. `image` is
    /// the images' shape, where it is known.
    fn why_not(&self, experiment: &Experiment, image: Option<ImageShape>) -> Option<String>;

    /// A problem for each field out of its range; `path` is the alternative's own path.
    fn field_problems(&self, path: &str) -> Vec<Problem> {
        let mut method = self.clone();
        let problem = |field: Field<'_>| Some(Problem::error(field.path(path), field.problem()?));
        method.fields().into_iter().filter_map(problem).collect()
    }
}

/// A field of an alternative, for the form and for validation.
pub struct Field<'a> {
    /// Name of the field in the file; empty where the alternative is written with its value alone, as in `Epochs(20)`.
    pub name: &'static str,
    /// Label of the field in the form.
    pub label: &'static str,
    /// Meaning of the field, in one sentence.
    pub hint: &'static str,
    /// Beginning of the message about a value out of range: "K must be".
    pub message_start: &'static str,
    /// The field's value, with the limits that validation checks.
    pub value: Value<'a>,
}

impl Field<'_> {
    /// The path of the field, given the path of its alternative.
    pub fn path(&self, method: &str) -> String {
        if self.name.is_empty() { method.to_owned() } else { format!("{method}.{}", self.name) }
    }

    /// The problem of the field's value, if it has one.
    fn problem(&self) -> Option<String> {
        let start = self.message_start;
        match &self.value {
            Value::Whole(value, limits) => outside(start, **value, *limits),
            Value::Count(value, limits) => outside(start, **value, *limits),
            Value::Real(value, limits) => outside(start, **value, *limits),
            Value::OneOf(value, numbers) => {
                let list = || numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
                (!numbers.contains(value)).then(|| format!("{start} {}, not {value}", list()))
            }
            Value::File(path, wanted) => unnamed(path, wanted),
            Value::OptionalFile(path, wanted) => path.as_ref().and_then(|path| unnamed(path, wanted)),
            Value::Switch(..) | Value::Text(..) | Value::Word(_) => None,
        }
    }
}

/// The complaint about a number out of range, which begins with `start` ("K must be"); `None` within the range.
pub(in crate::experiment) fn outside<N: Number>(start: &str, value: N, limits: Limits<N>) -> Option<String> {
    (!limits.contains(value)).then(|| format!("{start} {limits}, not {value}"))
}

fn unnamed(path: &std::path::Path, wanted: &str) -> Option<String> {
    path.as_os_str().is_empty().then(|| format!("the path is empty; name {wanted}"))
}

/// The value of a field, with the values that are permitted.
pub enum Value<'a> {
    /// A whole number.
    Whole(&'a mut usize, Limits<usize>),
    /// A count that may be large.
    Count(&'a mut u64, Limits<u64>),
    /// A real number.
    Real(&'a mut f64, Limits<f64>),
    /// One of the listed numbers.
    OneOf(&'a mut usize, &'static [usize]),
    /// A switch, on or off, with the text beside its box.
    Switch(&'a mut bool, &'static str),
    /// The path of a file or folder, with a description of the one that is wanted.
    File(&'a mut PathBuf, &'static str),
    /// The path of a file that may be left out, with a description of the one that is wanted.
    OptionalFile(&'a mut Option<PathBuf>, &'static str),
    /// A text, with what an empty one means.
    Text(&'a mut String, &'static str),
    /// One of a few words.
    Word(&'a mut dyn Word),
}

/// One of a few words, without fields: how an array's axes are read, for example.
pub trait Word {
    /// Each word with its meaning in a sentence, in the order of the form.
    fn words(&self) -> &'static [(&'static str, &'static str)];

    /// The place of the chosen word in [`Word::words`].
    fn place(&self) -> usize;

    /// Choose the word at a place in [`Word::words`]; a place beyond the last changes nothing.
    fn choose(&mut self, place: usize);
}

/// The values that a field of type `T` may hold, written behind `in` in a list.
pub(super) trait Admits<T> {
    fn value(self, field: &mut T) -> Value<'_>;
}

impl Admits<usize> for Limits<usize> {
    fn value(self, field: &mut usize) -> Value<'_> {
        Value::Whole(field, self)
    }
}

impl Admits<u64> for Limits<u64> {
    fn value(self, field: &mut u64) -> Value<'_> {
        Value::Count(field, self)
    }
}

impl Admits<f64> for Limits<f64> {
    fn value(self, field: &mut f64) -> Value<'_> {
        Value::Real(field, self)
    }
}

impl<N> Admits<N> for RangeInclusive<N>
where
    Limits<N>: Admits<N>,
{
    fn value(self, field: &mut N) -> Value<'_> {
        Limits::from(self).value(field)
    }
}

/// One of a few numbers.
pub(super) struct OneOf(pub &'static [usize]);

impl Admits<usize> for OneOf {
    fn value(self, field: &mut usize) -> Value<'_> {
        Value::OneOf(field, self.0)
    }
}

/// On or off, with the text beside the box.
pub(super) struct Switch(pub &'static str);

impl Admits<bool> for Switch {
    fn value(self, field: &mut bool) -> Value<'_> {
        Value::Switch(field, self.0)
    }
}

/// A file or folder that is named: which one is wanted.
pub(super) struct Named(pub &'static str);

impl Admits<PathBuf> for Named {
    fn value(self, field: &mut PathBuf) -> Value<'_> {
        Value::File(field, self.0)
    }
}

impl Admits<Option<PathBuf>> for Named {
    fn value(self, field: &mut Option<PathBuf>) -> Value<'_> {
        Value::OptionalFile(field, self.0)
    }
}

/// A text, with what an empty one means.
pub(super) struct Text(pub &'static str);

impl Admits<String> for Text {
    fn value(self, field: &mut String) -> Value<'_> {
        Value::Text(field, self.0)
    }
}

/// Any word of a list made by [`words`].
pub(super) struct AnyWord;

impl<W: Word> Admits<W> for AnyWord {
    fn value(self, field: &mut W) -> Value<'_> {
        Value::Word(field)
    }
}

/// The enum of a list of words, and its [`Word`]. An entry: Name: word in the form, meaning. The first is the default.
macro_rules! words {
    (
        $(#[$doc:meta])* $set:ident;
        $($variant:ident: $name:literal, $about:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $set {
            $(#[doc = $about] $variant,)+
        }

        impl $set {
            /// Every word, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl Default for $set {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl $crate::experiment::method::choice::Word for $set {
            fn words(&self) -> &'static [(&'static str, &'static str)] {
                &[$(($name, $about)),+]
            }

            fn place(&self) -> usize {
                *self as usize
            }

            fn choose(&mut self, place: usize) {
                *self = Self::ALL.get(place).copied().unwrap_or(*self);
            }
        }
    };
}
pub(super) use words;

/// A field that a file may leave out. (An `Option` would not do: RON writes its value as `Some(value)`.)
pub(super) struct IfGiven<T>(pub Option<T>);

impl<T> Default for IfGiven<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for IfGiven<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// The enum of a list, and its [`Choice`]. An entry: Name { fields }: name, meaning, source. A field: name, type,
/// default (and, behind `|`, what it is where a file leaves it out, if that differs from what the form proposes), what
/// it may hold, label, meaning and, where a message does not begin with the label and "must be", how it begins. A name
/// with one field in parentheses is written with the value alone.
macro_rules! choices {
    (
        $(#[$doc:meta])* $set:ident;
        $(
            $variant:ident
                $({ $(
                    $field:ident: $type:ty = $default:tt $(| $absent:tt)? in $range:expr,
                    $label:literal, $hint:literal $(, $start:literal)?;
                )+ })?
                $((
                    $only:ident: $only_type:ty = $only_default:tt in $only_range:expr,
                    $only_label:literal, $only_hint:literal $(, $only_start:literal)?
                ))?
                : $name:literal, $about:literal, $reference:literal;
        )+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        pub enum $set {
            $(
                #[doc = $about]
                $variant $({ $(#[doc = $hint] $field: $type),+ })? $(($only_type))?,
            )+
        }

        const _: () = {
            /// As a file has it: any field may be left out.
            #[derive(serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            #[allow(clippy::enum_variant_names, reason = "the names are those of the list")]
            enum $set {
                $($variant $({ $(
                    #[serde(default)]
                    $field: $crate::experiment::method::choice::IfGiven<$type>
                ),+ })? $(($only_type))?,)+
            }

            impl<'de> serde::Deserialize<'de> for self::$set {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Ok(match <$set as serde::Deserialize>::deserialize(deserializer)? {
                        $($set::$variant $({ $($field),+ })? $(($only))? => {
                            Self::$variant $({ $(
                                $field: $field.0.unwrap_or(
                                    $crate::experiment::method::choice::left_out!($default $($absent)?)
                                )
                            ),+ })? $(($only))?
                        })+
                    })
                }
            }
        };

        impl Default for $set {
            fn default() -> Self {
                <Self as $crate::experiment::method::Choice>::ALL[0].clone()
            }
        }

        impl $crate::experiment::method::Choice for $set {
            const ALL: &'static [Self] =
                &[$(Self::$variant $({ $($field: $default),+ })? $(($only_default))?),+];

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $name,)+
                }
            }

            fn about(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $about,)+
                }
            }

            fn reference(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $reference,)+
                }
            }

            fn fields(&mut self) -> Vec<$crate::experiment::method::Field<'_>> {
                match self {
                    $(Self::$variant $({ $($field),+ })? $(($only))? => vec![
                        $($($crate::experiment::method::Field {
                            name: stringify!($field),
                            label: $label,
                            hint: $hint,
                            message_start: $crate::experiment::method::choice::message_start!($label $($start)?),
                            value: $crate::experiment::method::choice::Admits::value($range, $field),
                        }),+)?
                        $($crate::experiment::method::Field {
                            name: "",
                            label: $only_label,
                            hint: $only_hint,
                            message_start:
                                $crate::experiment::method::choice::message_start!($only_label $($only_start)?),
                            value: $crate::experiment::method::choice::Admits::value($only_range, $only),
                        })?
                    ],)+
                }
            }

            fn why_not(
                &self,
                experiment: &$crate::experiment::Experiment,
                image: Option<$crate::experiment::ImageShape>,
            ) -> Option<String> {
                $crate::experiment::method::fit::Fit::judge(self, experiment, image)
            }
        }
    };
}
pub(super) use choices;

/// The value of a field that a file leaves out.
macro_rules! left_out {
    ($default:tt) => {
        $default
    };
    ($default:tt $absent:tt) => {
        $absent
    };
}
pub(super) use left_out;

/// How a message about a field begins.
macro_rules! message_start {
    ($label:literal) => {
        concat!($label, " must be")
    };
    ($label:literal $start:literal) => {
        $start
    };
}
pub(super) use message_start;
