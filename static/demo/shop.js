import { customer, startAccount } from "./account.js";
import { startCards } from "./cards.js";
import { described, lines } from "./cart.js";
import { startConsent } from "./consent.js";
import { push } from "./dataLayer.js";
import { startNewsletter } from "./newsletter.js";
import { readPageData } from "./page.js";

/** What every page of the shop does: tell its data layer what it is, then wire its parts. */

const { page, product, search } = readPageData();
const known = customer();

push({ page });
if (known) push({ customer: { id: known.id, loginState: "authenticated" } });
push({ cart: described(lines()) }, { event: "pageLoaded" });
if (product) push({ event: "productViewed", product });
if (search?.term) push({ event: "searched", search });

startConsent();
startAccount();
startCards();
startNewsletter();
