//! What names, places and phone numbers of one part of the world look like.

use super::{east, latin, scripts};

/// A name as it is written, in Latin letters for mail addresses, and how it is pronounced.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Name {
    /// As people write it.
    pub(super) written: &'static str,
    /// In plain Latin letters.
    pub(super) latin: &'static str,
    /// The pronunciation as people of the culture note it.
    pub(super) spoken: &'static str,
}

/// Shorthand for the tables: a name whose pronunciation is noted in Latin letters.
pub(super) const fn n(written: &'static str, latin: &'static str) -> Name {
    Name { written, latin, spoken: latin }
}

/// Shorthand for the tables: a name whose pronunciation is noted in Kana.
pub(super) const fn k(written: &'static str, latin: &'static str, spoken: &'static str) -> Name {
    Name { written, latin, spoken }
}

/// City, region and postal code.
pub(super) type Place = (&'static str, &'static str, &'static str);

/// Names and places that go together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Culture {
    /// Language tag.
    pub(super) language: &'static str,
    /// Given names.
    pub(super) given: &'static [Name],
    /// Family names.
    pub(super) family: &'static [Name],
    /// Whether names have a pronunciation worth writing down.
    pub(super) phonetic: bool,
    /// Titles before the name.
    pub(super) prefixes: &'static [&'static str],
    /// Occupations.
    pub(super) jobs: &'static [&'static str],
    /// Streets.
    pub(super) streets: &'static [&'static str],
    /// Cities.
    pub(super) places: &'static [Place],
    /// Country and its code.
    pub(super) country: (&'static str, &'static str),
    /// Sentences for notes.
    pub(super) notes: &'static [&'static str],
}

/// All cultures, the first ones more often than the last.
pub(super) const ALL: [&Culture; 15] = [
    &latin::ENGLISH,
    &latin::BRITISH,
    &latin::GERMAN,
    &latin::FRENCH,
    &latin::SPANISH,
    &latin::POLISH,
    &scripts::GREEK,
    &scripts::RUSSIAN,
    &scripts::ARABIC,
    &scripts::HEBREW,
    &scripts::HINDI,
    &east::THAI,
    &east::CHINESE,
    &east::JAPANESE,
    &east::KOREAN,
];
/// How often each culture occurs.
pub(super) const WEIGHTS: [u32; 15] = [18, 10, 14, 10, 10, 8, 4, 5, 4, 3, 4, 3, 4, 4, 3];
