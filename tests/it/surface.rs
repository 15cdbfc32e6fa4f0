//! The root fields of the running server, and for each an operation that is well-formed and means nothing.

use std::collections::BTreeMap;

use psa_tests::{Client, setup};
use serde::Deserialize;
use serde_json::json;

const INTROSPECTION: &str = "{ __schema {
    queryType { name }
    mutationType { name }
    types {
        name kind isOneOf
        fields { name type { ...Type } args { name defaultValue type { ...Type } } }
        inputFields { name defaultValue type { ...Type } }
        enumValues { name }
        possibleTypes { name }
    }
} }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The two roots that a request can begin at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Query,
    Mutation,
}

/// What the server says it can do.
pub(super) struct Surface {
    query: String,
    mutation: String,
    types: BTreeMap<String, Type>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    name: String,
    kind: Kind,
    is_one_of: Option<bool>,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Input>>,
    enum_values: Option<Vec<Named>>,
    possible_types: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    r#type: TypeRef,
    args: Vec<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    name: String,
    default_value: Option<String>,
    r#type: TypeRef,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeRef {
    kind: Kind,
    name: Option<String>,
    of_type: Option<Box<TypeRef>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
    List,
    NonNull,
}

impl TypeRef {
    fn is_list(&self) -> bool {
        self.kind == Kind::List || self.of_type.as_deref().is_some_and(TypeRef::is_list)
    }
}

impl Surface {
    /// Asks the server.
    pub(super) async fn read(client: &Client) -> Self {
        let mut data = client.run(INTROSPECTION, json!({})).await;
        let schema = &mut data["__schema"];
        let types: Vec<Type> = serde_json::from_value(schema["types"].take()).expect("types as the language has them");
        Self {
            query: setup::text(&schema["queryType"]["name"]),
            mutation: setup::text(&schema["mutationType"]["name"]),
            types: types.into_iter().map(|of| (of.name.clone(), of)).collect(),
        }
    }

    /// The names of the fields of a root, in order.
    pub(super) fn fields(&self, root: Root) -> Vec<&str> {
        let mut names: Vec<_> = self.root(root).iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The names of the types that are one of this interface, in order.
    pub(super) fn possible_types(&self, interface: &str) -> Vec<&str> {
        let types = self.types[interface].possible_types.as_deref().expect("an interface");
        let mut names: Vec<_> = types.iter().map(|of| of.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// A mutation with its input as a variable, and all that its payload says about what was wrong.
    pub(super) fn mutation(&self, name: &str) -> String {
        let field = self.root(Root::Mutation).iter().find(|field| field.name == *name);
        let field = field.expect("it is one of the root's fields");
        let input = &self.named(&field.args[0].r#type).name;
        let payload = self
            .named(&field.r#type)
            .fields
            .as_deref()
            .expect("a payload is an object");
        let error = "{ code field message remedy }";
        let results = if payload.iter().any(|field| field.name == "results") {
            format!(" results {{ outcome error {error} }}")
        } else {
            String::new()
        };
        format!("mutation($input: {input}!) {{ {name}(input: $input) {{ userErrors {error}{results} }} }}")
    }

    /// An operation of one root field: with every argument that must be given, and with nothing to gain.
    pub(super) fn operation(&self, root: Root, field: &str) -> String {
        let field = self.root(root).iter().find(|known| known.name == *field);
        let field = field.expect("it is one of the root's fields");
        let kind = match root {
            Root::Query => "query",
            Root::Mutation => "mutation",
        };
        let arguments = self.required(&field.args);
        let arguments = if arguments.is_empty() {
            arguments
        } else {
            format!("({arguments})")
        };
        let selection = match self.named(&field.r#type).kind {
            Kind::Object | Kind::Interface | Kind::Union => " { __typename }",
            _ => "",
        };
        format!("{kind} {{ {}{arguments}{selection} }}", field.name)
    }

    /// The lists below a type, each by its path of fields, as `billing.companies`; and what their records are.
    pub(super) fn lists(&self, of: &str) -> Vec<(Vec<&str>, &str)> {
        let mut lists = Vec::new();
        for field in self.free_fields(of) {
            let below = self.named(&field.r#type);
            if let Some(record) = self.record_of(below) {
                lists.push((vec![field.name.as_str()], record.name.as_str()));
            } else if below.kind == Kind::Object && !field.r#type.is_list() && !has_id(below) {
                let deeper = self.lists(&below.name).into_iter();
                lists.extend(deeper.map(|(path, record)| ([vec![field.name.as_str()], path].concat(), record)));
            }
        }
        lists
    }

    /// Everything that a type has without being given anything `but` some fields, and so on for what belongs to it, so
    /// deep.
    pub(super) fn everything(&self, of: &str, depth: usize, but: &[&str]) -> String {
        let mut selected = vec!["__typename".to_owned()];
        for field in self.free_fields(of).filter(|field| !but.contains(&field.name.as_str())) {
            let below = self.named(&field.r#type);
            match (below.kind, self.record_of(below)) {
                (Kind::Scalar | Kind::Enum, _) => selected.push(field.name.clone()),
                (Kind::Object, Some(record)) if depth > 0 => selected.push(format!(
                    "{}(first: 2) {{ totalCount nodes {{ {} }} }}",
                    field.name,
                    self.everything(&record.name, depth - 1, but)
                )),
                (Kind::Object, None) if depth > 0 => {
                    selected.push(format!(
                        "{} {{ {} }}",
                        field.name,
                        self.everything(&below.name, depth - 1, but)
                    ));
                }
                _ => {}
            }
        }
        selected.join(" ")
    }

    /// The fields of a type that need no argument.
    fn free_fields(&self, of: &str) -> impl Iterator<Item = &Field> {
        let fields = self.types[of].fields.iter().flatten();
        fields.filter(|field| self.required(&field.args).is_empty())
    }

    /// What the records of a list are; nothing when the type is no list.
    fn record_of(&self, of: &Type) -> Option<&Type> {
        let fields = of.fields.as_deref().filter(|_| of.name.ends_with("Connection"))?;
        let nodes = fields.iter().find(|field| field.name == "nodes")?;
        Some(self.named(&nodes.r#type))
    }

    fn root(&self, root: Root) -> &[Field] {
        let name = match root {
            Root::Query => &self.query,
            Root::Mutation => &self.mutation,
        };
        self.types[name].fields.as_deref().expect("a root has fields")
    }

    fn named(&self, mut of: &TypeRef) -> &Type {
        while let Some(inner) = &of.of_type {
            of = inner;
        }
        &self.types[of.name.as_deref().expect("the innermost type has a name")]
    }

    /// `name: value` for everything that must be given.
    fn required(&self, inputs: &[Input]) -> String {
        let required = inputs
            .iter()
            .filter(|input| input.r#type.kind == Kind::NonNull && input.default_value.is_none());
        let given: Vec<_> = required.map(|input| self.given(input)).collect();
        given.join(", ")
    }

    fn given(&self, input: &Input) -> String {
        format!("{}: {}", input.name, self.value(&input.r#type))
    }

    /// A value of a type as it is written in a document.
    fn value(&self, of: &TypeRef) -> String {
        match (of.kind, &of.of_type) {
            (Kind::NonNull, Some(inner)) => self.value(inner),
            (Kind::List, Some(inner)) => format!("[{}]", self.value(inner)),
            _ => self.value_of(self.named(of)),
        }
    }

    fn value_of(&self, of: &Type) -> String {
        match of.kind {
            Kind::Enum => of.enum_values.as_deref().expect("an enum has values")[0].name.clone(),
            Kind::InputObject => {
                let fields = of.input_fields.as_deref().expect("an input object has fields");
                // Exactly one field of such an input is given, though none of them must be.
                let given = if of.is_one_of == Some(true) {
                    self.given(&fields[0])
                } else {
                    self.required(fields)
                };
                format!("{{ {given} }}")
            }
            Kind::Scalar => scalar(&of.name).to_owned(),
            _ => panic!("{} is not a type of input", of.name),
        }
    }
}

fn has_id(of: &Type) -> bool {
    of.fields.iter().flatten().any(|field| field.name == "id")
}

/// A value of a scalar. A new scalar needs a line here.
fn scalar(name: &str) -> &'static str {
    match name {
        "Int" => "1",
        "Float" => "1.5",
        "Boolean" => "false",
        "String" | "ID" => "\"x\"",
        "Bytes" | "Decimal" => "\"1\"",
        "Date" => "\"2026-11-30\"",
        "DateTime" => "\"2026-11-30T10:00:00Z\"",
        "YearMonth" => "\"2026-11\"",
        "JSON" => "{}",
        other => panic!("there is no value for the scalar {other}"),
    }
}
