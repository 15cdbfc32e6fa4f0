//! Completes what the engine answers as the specification has it.
//!
//! The engine leaves out a field that failed, makes `null` of an object without fields, and puts the fields of an object in
//! the order in which they were resolved. Clients that are generated from the schema trust it: a field that failed is
//! `null`, and where it must not be, whatever it belongs to is `null` instead; fields come in the order of the query.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Data, Executor, Name, PathSegment, Request, Response, ServerError, Value,
    indexmap::IndexMap,
    parser::{
        Error as ParseError, parse_schema,
        types::{
            BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

/// An executor whose answers are complete.
#[derive(Debug, Clone)]
pub struct Complete<E> {
    executor: E,
    shapes: Arc<Shapes>,
}

impl<E: Executor> Complete<E> {
    /// Completes the answers of `executor`, whose types are these.
    pub fn new(executor: E, shapes: Arc<Shapes>) -> Self {
        Self { executor, shapes }
    }
}

impl<E: Executor> Executor for Complete<E> {
    async fn execute(&self, mut request: Request) -> Response {
        let plan = self.shapes.plan(&mut request);
        let response = self.executor.execute(request).await;
        complete(plan.as_ref(), response)
    }

    fn execute_stream(&self, mut request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let plan = self.shapes.plan(&mut request);
        let events = self.executor.execute_stream(request, session_data);
        stream::StreamExt::map(events, move |event| complete(plan.as_ref(), event)).boxed()
    }
}

fn complete(plan: Option<&Plan>, mut response: Response) -> Response {
    let failures = Failures::of(&response.errors);
    let is_refused = response.errors.iter().any(|error| error.path.is_empty());
    if let (Some(plan), false) = (plan, is_refused)
        && !plan.settle_object(&mut response.data, failures.as_ref())
    {
        response.data = Value::Null;
    }
    response
}

/// The types of the fields of a schema.
#[derive(Debug, Default)]
pub struct Shapes {
    types: HashMap<Name, HashMap<Name, Type>>,
    roots: HashMap<&'static str, Name>,
}

impl Shapes {
    /// Reads them from the schema definition language.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(sdl: &str) -> Result<Self, ParseError> {
        let mut shapes = Self::default();
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    let roots = [
                        (QUERY, schema.query),
                        (MUTATION, schema.mutation),
                        (SUBSCRIPTION, schema.subscription),
                    ];
                    let roots = roots.into_iter().filter_map(|(kind, name)| Some((kind, name?.node)));
                    shapes.roots.extend(roots);
                }
                TypeSystemDefinition::Type(definition) => {
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        _ => continue,
                    };
                    let fields = fields
                        .into_iter()
                        .map(|field| (field.node.name.node, field.node.ty.node));
                    shapes.types.insert(definition.node.name.node, fields.collect());
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(shapes)
    }

    /// What the answer to a request looks like; nothing when it asks for no clear operation, which the engine refuses.
    fn plan(&self, request: &mut Request) -> Option<Plan> {
        let asked = request.operation_name.clone();
        let document = request.parsed_query().ok()?;
        let operation = operation(document, asked.as_deref())?;
        let root = match operation.ty {
            OperationType::Query => QUERY,
            OperationType::Mutation => MUTATION,
            OperationType::Subscription => SUBSCRIPTION,
        };
        let mut plan = Plan::default();
        self.collect(
            document,
            &operation.selection_set.node,
            self.roots.get(root)?,
            &mut plan,
        );
        Some(plan)
    }

    /// Fields of one name must have one shape, whatever fragment they stand in; so all fragments go into one plan.
    fn collect(&self, document: &ExecutableDocument, set: &SelectionSet, of: &Name, plan: &mut Plan) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let ty = self.types.get(of).and_then(|fields| fields.get(&field.node.name.node));
                    let found = plan
                        .fields
                        .entry(field.node.response_key().node.clone())
                        .or_insert_with(|| Field {
                            ty: ty.cloned(),
                            below: Plan::default(),
                        });
                    if let Some(inner) = ty.map(innermost) {
                        self.collect(document, &field.node.selection_set.node, inner, &mut found.below);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.collect(document, &fragment.node.selection_set.node, of, plan);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        let of = &fragment.node.type_condition.node.on.node;
                        self.collect(document, &fragment.node.selection_set.node, of, plan);
                    }
                }
            }
        }
    }
}

const QUERY: &str = "query";
const MUTATION: &str = "mutation";
const SUBSCRIPTION: &str = "subscription";

fn operation<'a>(document: &'a ExecutableDocument, asked: Option<&str>) -> Option<&'a OperationDefinition> {
    let mut operations = document.operations.iter();
    let found = match asked {
        Some(asked) => operations.find(|(name, _)| name.is_none_or(|name| name == asked)),
        None => operations.next(),
    };
    found.map(|(_, operation)| &operation.node)
}

fn innermost(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(inner),
    }
}

/// The fields of an object in the answer, in their order.
#[derive(Debug, Default)]
struct Plan {
    fields: IndexMap<Name, Field>,
}

#[derive(Debug)]
struct Field {
    /// Nothing for what every schema has.
    ty: Option<Type>,
    below: Plan,
}

impl Plan {
    /// Completes a value of a type; whether it may stand where it stands.
    fn settle(&self, value: &mut Value, ty: &Type, failures: Option<&Failures>) -> bool {
        if failures.is_some_and(|failures| failures.here) {
            *value = Value::Null;
        }
        let is_fine = match (&ty.base, &mut *value) {
            (BaseType::List(inner), Value::List(items)) => {
                let mut items = items.iter_mut().enumerate();
                items.all(|(index, item)| {
                    self.settle(item, inner, failures.and_then(|failures| failures.items.get(&index)))
                })
            }
            // A scalar may be an object as well; of one nothing is selected.
            (BaseType::Named(_), Value::Object(_)) if !self.fields.is_empty() => self.settle_object(value, failures),
            // No field of it was resolved: all of them failed, or none was wanted.
            (BaseType::Named(_), Value::Null) if failures.is_some_and(|failures| !failures.here) => {
                self.settle_object(value, failures)
            }
            (BaseType::Named(_), Value::Null) if failures.is_none() && !ty.nullable && !self.fields.is_empty() => {
                *value = Value::Object(IndexMap::new());
                true
            }
            _ => true,
        };
        if !is_fine {
            *value = Value::Null;
        }
        // Without a failure it is the schema that is wrong; what there is must not be lost by that.
        *value != Value::Null || ty.nullable || failures.is_none()
    }

    fn is_order_of(&self, fields: &IndexMap<Name, Value>) -> bool {
        self.fields.len() == fields.len() && self.fields.keys().eq(fields.keys())
    }

    /// Completes the fields of an object; whether it can be one.
    fn settle_object(&self, value: &mut Value, failures: Option<&Failures>) -> bool {
        let mut found = match value {
            // Most objects are as they should be: nothing failed, and the fields were there in their order.
            Value::Object(fields) if failures.is_none() && self.is_order_of(fields) => {
                for (field, value) in self.fields.values().zip(fields.values_mut()) {
                    if let Some(ty) = &field.ty {
                        field.below.settle(value, ty, None);
                    }
                }
                return true;
            }
            Value::Object(fields) => std::mem::take(fields),
            _ => IndexMap::new(),
        };
        let mut complete = IndexMap::with_capacity(found.len());
        for (key, field) in &self.fields {
            let failures = failures.and_then(|failures| failures.fields.get(key.as_str()));
            let mut value = match (found.swap_remove(key), failures) {
                (Some(value), _) => value,
                (None, Some(_)) => Value::Null,
                (None, None) => continue,
            };
            if let Some(ty) = &field.ty
                && !field.below.settle(&mut value, ty, failures)
            {
                return false;
            }
            complete.insert(key.clone(), value);
        }
        *value = Value::Object(complete);
        true
    }
}

/// Where something failed, as a tree of the paths of the errors.
#[derive(Debug, Default)]
struct Failures {
    here: bool,
    fields: HashMap<String, Failures>,
    items: HashMap<usize, Failures>,
}

impl Failures {
    fn of(errors: &[ServerError]) -> Option<Self> {
        if errors.is_empty() {
            return None;
        }
        let mut all = Self::default();
        for error in errors.iter().filter(|error| !error.path.is_empty()) {
            let end = error.path.iter().fold(&mut all, |at, segment| match segment {
                PathSegment::Field(name) => at.fields.entry(name.clone()).or_default(),
                PathSegment::Index(index) => at.items.entry(*index).or_default(),
            });
            end.here = true;
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests;
