/* A small shop in React: routes of react-router, whose titles and headings come with data that takes a moment. */
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes, useParams } from "react-router";

const load = (name) => new Promise((done) => setTimeout(done, 80, `The ${name}`));

const Product = () => {
  const { name } = useParams();
  const [title, setTitle] = useState("");
  useEffect(() => {
    let isGone = false;
    setTitle("");
    load(name).then((loaded) => {
      if (isGone) return;
      setTitle(loaded);
      document.title = loaded;
    });
    return () => {
      isGone = true;
    };
  }, [name]);
  return title ? (
    <article data-sku={name}>
      <h1>{title}</h1>
      <button type="button">Add to cart</button>
    </article>
  ) : (
    <p>Loading</p>
  );
};

const Home = () => {
  useEffect(() => {
    document.title = "Home";
  }, []);
  return <h1>Home</h1>;
};

createRoot(document.getElementById("app")).render(
  <BrowserRouter>
    <nav>
      <Link to="/">Home</Link> <Link to="/products/mirror">Mirror</Link> <Link to="/products/tripod">Tripod</Link>
    </nav>
    <Routes>
      <Route path="/" element={<Home />} />
      <Route path="/products/:name" element={<Product />} />
    </Routes>
  </BrowserRouter>,
);
