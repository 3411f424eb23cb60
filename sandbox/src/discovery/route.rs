//! Which method a verb and a path call.

use super::{Api, Method, apis};

/// A method and the free segments of the path, in order.
pub(crate) struct Match {
    /// The API.
    pub(crate) api: &'static Api,
    /// The method.
    pub(crate) method: &'static Method,
    /// What stood for `{…}`, decoded.
    pub(crate) segments: Vec<String>,
}

/// The method called by `verb` on `path` (which starts with a slash and is not yet decoded).
pub(crate) fn find(verb: &str, path: &str) -> Option<Match> {
    apis().iter().find_map(|api| {
        api.methods.values().filter(|method| method.http_method == verb).find_map(|method| {
            segments(&method.flat_path, path.strip_prefix('/')?).map(|segments| Match { api, method, segments })
        })
    })
}

/// Matches one template.
pub(crate) fn segments(template: &str, path: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut parts = path.split('/');
    for pattern in template.split('/') {
        let part = percent_encoding::percent_decode_str(parts.next()?).decode_utf8().ok()?.into_owned();
        match pattern.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            None if pattern == part => {}
            None => return None,
            Some((_, suffix)) => {
                let value = part.strip_suffix(suffix)?;
                if value.is_empty() || value.contains(':') {
                    return None;
                }
                found.push(value.to_owned());
            }
        }
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(verb: &str, path: &str) -> Option<String> {
        find(verb, path).map(|found| found.method.id.clone())
    }

    #[test]
    fn verbs_after_a_colon_are_part_of_the_path() {
        assert_eq!(id("PATCH", "/v1/people/c1:updateContact").as_deref(), Some("people.people.updateContact"));
        assert_eq!(id("GET", "/v1/people/c1").as_deref(), Some("people.people.get"));
        assert_eq!(id("GET", "/v1/people:batchGet").as_deref(), Some("people.people.getBatchGet"));
        assert_eq!(id("GET", "/v1/people/me/connections").as_deref(), Some("people.people.connections.list"));
        assert_eq!(id("POST", "/v1/people/me:createContact"), None);
        assert_eq!(id("GET", "/v1/people/c1:updateContact"), None);
    }

    #[test]
    fn segments_come_decoded() {
        let found = find("GET", "/admin/directory/v1/users/ann%40corp.example").unwrap();
        assert_eq!(found.segments, ["ann@corp.example"]);
    }
}
