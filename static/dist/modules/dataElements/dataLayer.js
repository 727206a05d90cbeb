$h["dataElements/dataLayer"]=({path:t},{at:a,state:h})=>a(h,t);
