//! p(x, z) = p(x|z) p(z) and q(z|x).
