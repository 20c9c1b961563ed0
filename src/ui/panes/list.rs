//! What is made of the list of panes.

/// [`PaneKind`](super::PaneKind) and [`Panes`](super::Panes) of a list of panes. An entry names the pane's kind and
/// type, then title, key, place and a sentence; the pane's module is its name in what is kept between sessions.
macro_rules! define {
    ($($kind:ident: $module:ident::$pane:ident, $title:literal, $key:ident, $place:ident, $about:literal;)+) => {
        /// The panes that can be docked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum PaneKind {
            $(#[doc = $about] $kind,)+
        }

        impl PaneKind {
            /// In the order of the View menu.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// On its tab and in the View menu.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title,)+
                }
            }

            /// With the command key: shows or hides it.
            pub const fn key(self) -> Key {
                match self {
                    $(Self::$kind => Key::$key,)+
                }
            }

            /// Where it lies in the first layout.
            pub const fn place(self) -> Place {
                match self {
                    $(Self::$kind => Place::$place,)+
                }
            }

            /// What it shows, in a sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$kind => $about,)+
                }
            }
        }

        /// All panes with what the user chose in them.
        #[derive(Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Panes {
            $(pub $module: $module::$pane,)+
        }

        impl Panes {
            /// The pane of a kind.
            pub fn get(&mut self, kind: PaneKind) -> &mut dyn Pane {
                match kind {
                    $(PaneKind::$kind => &mut self.$module,)+
                }
            }
        }
    };
}
pub(super) use define;
