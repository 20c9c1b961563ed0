//! A formula in words and signs, for screen readers and for copies as plain text.

/// A formula as a line of text: "log p(x) − KL[q(z|x) ‖ p(z|x)]".
pub fn spoken(latex: &str) -> String {
    let mut rest = latex;
    let text = group(&mut rest, false);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a group, up to its closing brace if it has one.
fn group(rest: &mut &str, braced: bool) -> String {
    let mut text = String::new();
    while let Some(c) = rest.chars().next() {
        if c == '}' {
            if braced {
                *rest = &rest[1..];
            }
            break;
        }
        match c {
            '^' | '_' => {
                *rest = &rest[1..];
                let script = argument(rest);
                let script = script.trim();
                text.truncate(text.trim_end().len());
                match (c, script) {
                    ('^', "2") => text.push('²'),
                    ('^', "'" | "*") => text.push_str(script),
                    _ if script.chars().count() == 1 => text.extend([c].into_iter().chain(script.chars())),
                    _ => text.push_str(&format!("{c}({script})")),
                }
            }
            '-' => {
                *rest = &rest[1..];
                text.push('−');
            }
            '&' | '~' => {
                *rest = &rest[1..];
                text.push(' ');
            }
            _ => text.push_str(&argument(rest)),
        }
    }
    text
}

/// The next character, group or command.
fn argument(rest: &mut &str) -> String {
    *rest = rest.trim_start_matches('\n');
    let Some(c) = rest.chars().next() else { return String::new() };
    *rest = &rest[c.len_utf8()..];
    match c {
        '{' => group(rest, true),
        '\\' => command(rest),
        _ => c.to_string(),
    }
}

fn command(rest: &mut &str) -> String {
    let letters = rest.chars().take_while(char::is_ascii_alphabetic).count();
    let length = if letters > 0 { letters } else { rest.chars().next().map_or(0, char::len_utf8) };
    let (name, after) = rest.split_at(length);
    *rest = after;
    if let Some((_, sign)) = SIGNS.iter().find(|(known, _)| *known == name) {
        return (*sign).to_owned();
    }
    let bracketed = |text: String| if text.chars().count() > 1 { format!("({text})") } else { text };
    match name {
        "frac" | "tfrac" | "dfrac" => {
            let (over, under) = (argument(rest), argument(rest));
            format!("{}/{}", bracketed(over.trim().into()), bracketed(under.trim().into()))
        }
        "sqrt" => format!("√{}", bracketed(argument(rest))),
        "widehat" | "hat" => format!("estimate of {}", argument(rest).trim()),
        "bar" | "overline" => format!("mean of {}", argument(rest).trim()),
        "underbrace" | "overbrace" => {
            let over = argument(rest);
            *rest = rest.trim_start();
            match rest.strip_prefix(['_', '^']) {
                Some(after) => {
                    *rest = after;
                    format!("{over} ({}) ", argument(rest).trim())
                }
                None => over,
            }
        }
        // Letters and operators by name: \log, \min, \mathrm{KL}.
        "mathrm" | "text" | "mathcal" | "mathbb" | "mathbf" | "mathit" | "operatorname" => argument(rest),
        // Commands that only change sizes or spaces.
        "bigl" | "bigr" | "Bigl" | "Bigr" | "big" | "Big" | "left" | "right" | "displaystyle" | "limits" => {
            String::new()
        }
        _ => format!("{name} "),
    }
}

const SIGNS: &[(&str, &str)] = &[
    (",", " "),
    (";", " "),
    (":", " "),
    ("!", ""),
    (" ", " "),
    ("quad", " "),
    ("qquad", " "),
    ("\\", " "),
    ("{", "{"),
    ("}", "}"),
    ("|", " ‖ "),
    ("Vert", " ‖ "),
    ("lvert", "|"),
    ("rvert", "|"),
    ("mid", "|"),
    ("sim", " ~ "),
    ("int", "∫ "),
    ("sum", "Σ"),
    ("prod", "Π"),
    ("nabla", "∇"),
    ("partial", "∂"),
    ("odot", " ⊙ "),
    ("cdot", "·"),
    ("times", " × "),
    ("leftarrow", " ← "),
    ("rightarrow", " → "),
    ("to", " → "),
    ("approx", " ≈ "),
    ("propto", " ∝ "),
    ("le", " ≤ "),
    ("leq", " ≤ "),
    ("ge", " ≥ "),
    ("geq", " ≥ "),
    ("ne", " ≠ "),
    ("pm", " ± "),
    ("infty", "∞"),
    ("in", " ∈ "),
    ("dots", "…"),
    ("ldots", "…"),
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("varepsilon", "ε"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("pi", "π"),
    ("sigma", "σ"),
    ("Delta", "Δ"),
    ("Sigma", "Σ"),
    ("phi", "φ"),
    ("varphi", "φ"),
    ("psi", "ψ"),
    ("ell", "ℓ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_a_line_of_text() {
        let identity = r"\log p(x) - \mathrm{KL}\bigl[q(z \mid x) \,\|\, p(z)\bigr]";
        assert_eq!(spoken(identity), "log p(x) − KL[q(z | x) ‖ p(z)]");
        assert_eq!(spoken(r"\frac{1}{\sqrt{K}} \sum_{k=1}^{K} \sigma^2"), "1/(√K) Σ_(k=1)^K σ²");
        let braced = r"\underbrace{\mathbb{E}_q[\log p]}_{\text{reconstruction}} \ge 0";
        assert_eq!(spoken(braced), "E_q[log p] (reconstruction) ≥ 0");
    }
}
