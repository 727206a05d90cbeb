/** Types that the shop's scripts share. */

/** What the server wrote into the page for its scripts. */
export interface PageData {
  page: { name: string; type: string; category: string; currency: string; language: string };
  terms: Terms;
  product?: { sku: string; name: string; price: number; category: string; available: boolean };
  search?: { term: string; results: number };
  story?: { slug: string; title: string };
}

/** The shop's terms; sums in the currency, with tax. */
export interface Terms {
  currency: string;
  taxRate: number;
  delivery: number;
  freeDeliveryFrom: number;
}

/** One line of the cart. `price` is for one. */
export interface Line {
  sku: string;
  name: string;
  category: string;
  price: number;
  qty: number;
  url: string;
  image: string;
}

/** What a list of lines costs. */
export interface Sums {
  goods: number;
  delivery: number;
  tax: number;
  total: number;
}

/** An order that was placed, as the thank-you page finds it. */
export interface Order {
  id: string;
  email: string;
  lines: Line[];
  sums: Sums;
}

export interface Customer {
  id: string;
  email: string;
}
