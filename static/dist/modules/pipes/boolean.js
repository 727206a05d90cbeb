$h["pipes/boolean"]=o=>/^(true|1|yes|on)$/i.test(o)||!/^(false|0|no|off)$/i.test(o)&&void 0;
