//! How names are ordered and searched.

use unicode_normalization::UnicodeNormalization;

/// The form of a name by which lists are ordered and searched: NFKC, lower case, compared byte by byte.
#[must_use]
pub fn name_key(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_width_do_not_matter() {
        assert_eq!(name_key("Suppliers"), name_key("ＳＵＰＰＬＩＥＲＳ"));
        assert_eq!(name_key("Lieferanten Süd"), name_key("LIEFERANTEN SU\u{308}D"));
        assert_ne!(name_key("a"), name_key("b"));
    }
}
