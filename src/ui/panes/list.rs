//! The macro that makes an enum and a struct of the list of panes.

/// Defines [`PaneKind`](super::PaneKind) and [`Panes`](super::Panes) from a list of panes. An entry names the pane's
/// kind and type, then its title, key, place and meaning; the name of the pane's module is its key in the state kept
/// between sessions.
macro_rules! define {
    ($($kind:ident: $module:ident::$pane:ident, $title:literal, $key:ident, $place:ident, $about:literal;)+) => {
        /// The panes that can be docked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum PaneKind {
            $(#[doc = $about] $kind,)+
        }

        impl PaneKind {
            /// All panes, in the order of the View menu.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The pane's title on its tab and in the View menu.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title,)+
                }
            }

            /// The key that shows or hides the pane: a function key alone, another with the command key.
            pub const fn key(self) -> Key {
                match self {
                    $(Self::$kind => Key::$key,)+
                }
            }

            /// The pane's place in the first layout.
            pub const fn place(self) -> Place {
                match self {
                    $(Self::$kind => Place::$place,)+
                }
            }

            /// The content of the pane in a sentence.
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
