//! A graph that is built operation by operation.

use super::message::{
    AttributeProto, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, Side, StringStringEntry, TensorProto,
    TensorShape, TensorType, TypeProto, ValueInfo,
};

/// The set of operators that graphs are written in.
const OPSET: i64 = 17;
/// The version of the file format that goes with it.
const IR_VERSION: i64 = 8;
const FLOAT: i32 = 1;
const INT64: i32 = 7;

/// A constant argument of an operation.
pub enum Attribute<'a> {
    Real(&'a str, f32),
    Whole(&'a str, i64),
    Wholes(&'a str, Vec<i64>),
}

/// A graph in the making. Values are named; an operation returns the name of its result.
#[derive(Default)]
pub struct Graph {
    graph: GraphProto,
    count: usize,
}

impl Graph {
    /// An input: any number of rows of `columns` numbers.
    pub fn input(&mut self, name: &str, columns: usize, meaning: &str) -> String {
        self.graph.input.push(value(name, columns, meaning));
        name.to_owned()
    }

    /// Make the value `of` an output under a name: rows of `columns` numbers.
    pub fn output(&mut self, of: &str, name: &str, columns: usize, meaning: &str) {
        let node = NodeProto {
            input: vec![of.to_owned()],
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: "Identity".into(),
            attribute: Vec::new(),
        };
        self.graph.node.push(node);
        self.graph.output.push(value(name, columns, meaning));
    }

    /// An operation with one result.
    pub fn op(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute]) -> String {
        self.op_named(kind, inputs, attributes, 1).remove(0)
    }

    /// An operation with several results.
    pub fn op_named(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute], results: usize) -> Vec<String> {
        self.count += 1;
        let name = format!("{}_{}", kind.to_lowercase(), self.count);
        let output: Vec<String> = match results {
            1 => vec![name.clone()],
            _ => (0..results).map(|i| format!("{name}_{i}")).collect(),
        };
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: output.clone(),
            name,
            op_type: kind.to_owned(),
            attribute: attributes.iter().map(attribute).collect(),
        });
        output
    }

    /// Numbers of the model, under a name of their own.
    pub fn numbers(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initialise(name.to_owned(), FLOAT, shape, raw_data)
    }

    /// A number.
    pub fn real(&mut self, value: f64) -> String {
        self.count += 1;
        self.initialise(format!("constant_{}", self.count), FLOAT, &[], (value as f32).to_le_bytes().to_vec())
    }

    /// A list of whole numbers: a shape, axes, lengths.
    pub fn wholes(&mut self, values: &[i64]) -> String {
        self.count += 1;
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initialise(format!("constant_{}", self.count), INT64, &[values.len()], raw_data)
    }

    fn initialise(&mut self, name: String, data_type: i32, shape: &[usize], raw_data: Vec<u8>) -> String {
        let dims = shape.iter().map(|&side| side as i64).collect();
        self.graph.initializer.push(TensorProto { dims, data_type, name: name.clone(), raw_data });
        name
    }

    /// The result of an operation on `a` and a constant number.
    pub fn with_real(&mut self, kind: &str, a: &str, number: f64) -> String {
        let number = self.real(number);
        self.op(kind, &[a, &number], &[])
    }

    /// A value in another shape; 0 keeps a dimension, −1 is found from the number of values.
    pub fn reshape(&mut self, value: &str, shape: &[i64]) -> String {
        let shape = self.wholes(shape);
        self.op("Reshape", &[value, &shape], &[])
    }

    /// Parts of the given lengths along an axis.
    pub fn split(&mut self, value: &str, axis: i64, lengths: &[usize]) -> Vec<String> {
        let sizes: Vec<i64> = lengths.iter().map(|&length| length as i64).collect();
        let sizes = self.wholes(&sizes);
        self.op_named("Split", &[value, &sizes], &[Attribute::Whole("axis", axis)], lengths.len())
    }

    /// The sum along an axis, which is kept with length 1 or left out.
    pub fn sum(&mut self, value: &str, axis: i64, keep: bool) -> String {
        let axes = self.wholes(&[axis]);
        self.op("ReduceSum", &[value, &axes], &[Attribute::Whole("keepdims", i64::from(keep))])
    }

    /// The graph as a file, with a description and notes.
    pub fn finish(mut self, name: &str, doc: String, notes: &[(&str, String)]) -> ModelProto {
        self.graph.name = name.to_owned();
        self.graph.doc_string.clone_from(&doc);
        let notes = notes.iter().map(|(key, value)| StringStringEntry { key: (*key).to_owned(), value: value.clone() });
        ModelProto {
            ir_version: IR_VERSION,
            producer_name: "Elbow".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            doc_string: doc,
            graph: Some(self.graph),
            opset_import: vec![OperatorSetId { domain: String::new(), version: OPSET }],
            metadata_props: notes.collect(),
        }
    }
}

fn attribute(attribute: &Attribute) -> AttributeProto {
    let empty = AttributeProto::default();
    match attribute {
        Attribute::Real(name, f) => AttributeProto { name: (*name).to_owned(), f: *f, kind: 1, ..empty },
        Attribute::Whole(name, i) => AttributeProto { name: (*name).to_owned(), i: *i, kind: 2, ..empty },
        Attribute::Wholes(name, ints) => {
            AttributeProto { name: (*name).to_owned(), ints: ints.clone(), kind: 7, ..empty }
        }
    }
}

/// The type of a value: any number of rows of `columns` numbers.
fn value(name: &str, columns: usize, meaning: &str) -> ValueInfo {
    let dim = vec![
        Dimension { side: Some(Side::Param("batch".into())) },
        Dimension { side: Some(Side::Value(columns as i64)) },
    ];
    let tensor = TensorType { elem_type: FLOAT, shape: Some(TensorShape { dim }) };
    ValueInfo {
        name: name.to_owned(),
        kind: Some(TypeProto { tensor_type: Some(tensor) }),
        doc_string: meaning.to_owned(),
    }
}
