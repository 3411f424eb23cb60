//! Query parameters: known, of the right type, repeated only where that is allowed.

use super::{Api, Method, Parameter, schema::snake};
use crate::refusal::Refusal;

/// The decoded query, in order.
pub(crate) fn parse(query: &str) -> Vec<(String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (decode(name), decode(value))
}

/// Form decoding: plus is a space.
pub(crate) fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// Checks the query of a call of `method`.
pub(crate) fn check(api: &Api, method: &Method, query: &[(String, String)]) -> Result<(), Refusal> {
    for (index, (name, value)) in query.iter().enumerate() {
        let own = method.parameters.get(name).filter(|parameter| parameter.location == "query");
        let Some(parameter) = own.or_else(|| api.parameters.get(name)) else {
            let text = format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
            );
            return Err(Refusal::invalid(text.clone()).with_violation("", &text));
        };
        if !parameter.repeated && query[..index].iter().any(|(earlier, _)| earlier == name) {
            let text = format!("Invalid value at '{}': the field is not repeated", snake(name));
            return Err(Refusal::invalid(text.clone()).with_violation(&snake(name), &text));
        }
        if let Err(wanted) = value_fits(name, parameter, value) {
            let text = format!("Invalid value at '{}' ({wanted}), \"{value}\"", snake(name));
            return Err(Refusal::invalid(text.clone()).with_violation(&snake(name), &text));
        }
    }
    Ok(())
}

fn value_fits(name: &str, parameter: &Parameter, value: &str) -> Result<(), String> {
    if let Some(options) = &parameter.options {
        return if options.iter().any(|option| option == value) { Ok(()) } else { Err(enum_name(name)) };
    }
    let (fits, wanted) = match (parameter.kind.as_str(), parameter.format.as_deref()) {
        ("integer", _) => (value.parse::<i32>().is_ok(), "TYPE_INT32"),
        ("boolean", _) => (matches!(value, "true" | "false" | "1" | "0"), "TYPE_BOOL"),
        _ => (true, "TYPE_STRING"),
    };
    if fits { Ok(()) } else { Err(wanted.to_owned()) }
}

fn enum_name(name: &str) -> String {
    match name {
        "sources" => "type.googleapis.com/google.people.v1.ReadSourceType".to_owned(),
        "sortOrder" => "type.googleapis.com/google.people.v1.ListConnectionsRequest.SortOrder".to_owned(),
        _ => "TYPE_ENUM".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::method;

    fn message(id: &str, query: &str) -> Option<String> {
        let (api, method) = method(id).unwrap();
        check(api, method, &parse(query)).err().map(|refusal| refusal.message)
    }

    #[test]
    fn an_enumeration_is_repeated_not_joined() {
        let list = "people.people.connections.list";
        assert_eq!(message(list, "sources=READ_SOURCE_TYPE_CONTACT&sources=READ_SOURCE_TYPE_PROFILE"), None);
        assert_eq!(
            message(list, "sources=READ_SOURCE_TYPE_CONTACT%2CREAD_SOURCE_TYPE_PROFILE").unwrap(),
            "Invalid value at 'sources' (type.googleapis.com/google.people.v1.ReadSourceType), \"READ_SOURCE_TYPE_CONTACT,READ_SOURCE_TYPE_PROFILE\""
        );
    }

    #[test]
    fn types_names_and_repetition_are_checked() {
        let list = "people.people.connections.list";
        assert!(message(list, "pageSize=ten").unwrap().contains("page_size"));
        assert!(message(list, "pagesize=10").unwrap().contains("Cannot bind query parameter"));
        assert!(message(list, "pageSize=10&pageSize=20").is_some());
        assert_eq!(message(list, "pageSize=10&fields=connections&alt=json&prettyPrint=false"), None);
    }
}
