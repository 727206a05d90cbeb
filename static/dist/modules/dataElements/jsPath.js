$h["dataElements/jsPath"]=({path:t},{at:a,root:h})=>a(h,t);
