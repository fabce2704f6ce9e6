//! `nas mkl`: kernels in closed form.

use super::{Answer, Layered};
use clap::{ArgMatches, Args};
use nas::report::{weighed, weighed_plots};
use nas::run::{Folder, MKL_FILES, WeighError, WeighSettings, Weighed, weigh};
use std::path::PathBuf;

/// What is weighed, and where it goes.
#[derive(Args)]
#[command(after_help = EXPLAINED)]
pub(crate) struct Mkl {
    #[command(flatten)]
    settings: Layered<WeighSettings>,
    /// Folder for mkl.json and its plots; if not given, nothing is written
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Replace the mkl.json that lies in --out
    #[arg(long, help_heading = "Output")]
    force: bool,
    /// Print no progress
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
    /// Print the result as JSON instead of tables
    #[arg(long, help_heading = "Output")]
    json: bool,
}

const EXPLAINED: &str = "\
An infinitely wide network with one hidden layer, whose activation is a mixture, trains as kernel ridge
regression with the kernel sum_ij alpha_i alpha_j K_ij. Here alpha is searched with that in closed form:
no network is fitted, hypergradients are exact, and a whole run takes seconds. Beside it stand the rules
of multiple kernel learning, which weigh the kernel of each candidate: equal weights, alignment, SimpleMKL,
EasyMKL, lp-MKL, weights by the same criterion, and each candidate alone.

Examples:
  nas mkl                                       the embedded digits, those from 5 on against the others
  nas mkl --data rows.csv --target price --rows 2000
  nas mkl --data rows.csv --positive yes --criterion loo
  nas mkl --space sphere --candidates relu,tanh,erf,sin --out runs/mkl-1";

impl Mkl {
    /// Weighs, prints what came out, and writes it.
    pub(crate) fn answer(&self, matches: &ArgMatches) -> Answer {
        let settings = self.settings.resolve(matches)?;
        let folder = self.out.as_deref().map(|out| Folder::open_for(&MKL_FILES, out, self.force)).transpose()?;
        let made = weigh(&settings, self.quiet).and_then(|result| {
            folder.as_ref().map_or(Ok(()), |folder| write(folder, &result))?;
            Ok(result)
        });
        let result = match made {
            Ok(result) => result,
            Err(error) => {
                folder.into_iter().for_each(Folder::abandon);
                return Err(error.into());
            }
        };
        let written = folder.map(Folder::finish).transpose()?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&result)?);
            return Ok(true);
        }
        print!("{}", weighed(&result));
        written.into_iter().for_each(|folder| println!("\nWritten to {}", folder.display()));
        Ok(true)
    }
}

fn write(folder: &Folder, result: &Weighed) -> Result<(), WeighError> {
    for (file, plot) in weighed_plots(result) {
        folder.write(file, plot.svg()?.as_bytes())?;
    }
    Ok(folder.write("mkl.json", &serde_json::to_vec_pretty(result)?)?)
}
