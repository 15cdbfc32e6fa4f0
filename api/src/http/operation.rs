//! Which operation of its document a request asks for.

use async_graphql::{
    Request,
    parser::types::{DocumentOperations, OperationDefinition, OperationType, Selection},
};

/// The operation that a request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operation {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it is; nothing when the document names no clear operation, which the engine refuses later.
    pub ty: Option<OperationType>,
    /// Whether it selects one field, and not by way of a fragment.
    pub is_one_field: bool,
}

impl Operation {
    /// Reads it from the parsed document.
    pub fn of(request: &mut Request) -> Self {
        let asked = request.operation_name.clone();
        let Ok(document) = request.parsed_query() else {
            return Self::named(asked);
        };
        match (&document.operations, asked) {
            (DocumentOperations::Single(operation), name) => Self::defined(name, &operation.node),
            (DocumentOperations::Multiple(operations), asked) => {
                let only = (operations.len() == 1)
                    .then(|| operations.keys().next())
                    .flatten()
                    .map(ToString::to_string);
                let name = asked.or(only);
                match name.as_deref().and_then(|name| operations.get(name)) {
                    Some(operation) => Self::defined(name, &operation.node),
                    None => Self::named(name),
                }
            }
        }
    }

    fn named(name: Option<String>) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    fn defined(name: Option<String>, definition: &OperationDefinition) -> Self {
        let items = &definition.selection_set.node.items;
        Self {
            name,
            ty: Some(definition.ty),
            is_one_field: matches!(items.as_slice(), [item] if matches!(item.node, Selection::Field(_))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(document: &str, name: Option<&str>) -> Operation {
        let request = Request::new(document);
        Operation::of(&mut match name {
            Some(name) => request.operation_name(name),
            None => request,
        })
    }

    #[test]
    fn the_operation_is_the_only_one_or_the_named_one() {
        assert_eq!(of("{ a }", None).ty, Some(OperationType::Query));
        let only = of("mutation M { a }", None);
        assert_eq!(
            (only.name.as_deref(), only.ty),
            (Some("M"), Some(OperationType::Mutation))
        );
        let two = "query A { a } subscription B { b }";
        assert_eq!(of(two, Some("B")).ty, Some(OperationType::Subscription));
        assert_eq!(of(two, None).ty, None);
        assert_eq!(of(two, Some("C")).ty, None);
        assert_eq!(of("{", Some("C")), Operation::named(Some("C".to_owned())));
    }

    #[test]
    fn one_field_is_one_field_and_no_fragment() {
        assert!(of("subscription { a { b c } }", None).is_one_field);
        assert!(!of("subscription { a b }", None).is_one_field);
        assert!(!of("subscription { ...F } fragment F on S { a }", None).is_one_field);
        assert!(!of("subscription { ... { a } }", None).is_one_field);
    }
}
