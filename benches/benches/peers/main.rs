//! Our kernels beside those of others, all in one process and in turn, so that every one sees the same phases of the machine.
//!
//! - `cargo bench -p benches --features peers --bench peers` measures the machine first, then every line of products and of
//!   functions, on one thread; `-- --threads 2` products on two, beside ours on one.
//! - `-- 300x200x100` benches a product of your own: m × k by k × n; `tn:300x200x100` and `nt:300x200x100` with the first or
//!   the second operand transposed.
//! - `-- products` or `-- functions` takes a part.
//!
//! Every line says what each peer reached, the limit of the machine in the same run and the ratios of ours to both. All rows
//! go to `target/bench/rows.csv`, a page with a roofline to `target/bench/peers.html`. OpenBLAS and SLEEF are taken from the
//! system, if it has them; `PEERS_BLAS=name=path;…` names other libraries with a CBLAS interface.

mod foreign;
mod functions;
mod limits;
mod page;
mod products;
mod timing;

use limits::Limits;
use products::Shape;
use timing::Line;

/// What was asked for.
struct Asked {
    threads: usize,
    shapes: Vec<Shape>,
    products: bool,
    functions: bool,
}

impl Asked {
    fn parse() -> Result<Self, String> {
        let mut asked = Self { threads: 1, shapes: Vec::new(), products: false, functions: false };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match &*arg {
                // Cargo adds a flag of its own.
                "--bench" => {}
                "--threads" => {
                    let count = args.next().and_then(|count| count.parse().ok()).filter(|count| *count > 0);
                    asked.threads = count.ok_or("--threads takes a number")?;
                }
                "products" => asked.products = true,
                "functions" => asked.functions = true,
                shape => asked.shapes.push(shape.parse()?),
            }
        }
        if asked.functions && asked.threads > 1 {
            return Err("functions are measured on one thread, without --threads".into());
        }
        if asked.shapes.is_empty() {
            let all = !asked.products && !asked.functions;
            asked.products |= all;
            asked.functions |= all && asked.threads == 1;
            asked.shapes = Shape::table();
        } else {
            asked.products = true;
        }
        Ok(asked)
    }
}

fn main() {
    let asked = Asked::parse().unwrap_or_else(|error| {
        eprintln!("peers: {error}");
        std::process::exit(2);
    });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(asked.threads).build().expect("a pool");
    pool.install(|| run(&asked));
}

fn run(asked: &Asked) {
    let limits = Limits::measure();
    println!("{limits}");
    let mut lines: Vec<Line> = Vec::new();
    let mut done = |line: Line| {
        println!("{line}");
        line.append();
        lines.push(line);
    };
    if asked.products {
        let blas = foreign::Blas::load(asked.threads);
        for shape in &asked.shapes {
            done(products::measure::<f32>(shape, asked.threads, &blas));
            done(products::measure::<f64>(shape, asked.threads, &blas));
        }
    }
    if asked.functions {
        functions::measure(&limits, &mut done);
    }
    let path = page::write(&limits, &lines);
    println!("{}", page::summary(&lines));
    println!("the page: {}", path.display());
}
