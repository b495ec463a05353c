-- {{ environment }}: a table, a view on it, and rows
CREATE SCHEMA IF NOT EXISTS {{ database }}.SALES;
CREATE TABLE {{ database }}.SALES.ORDERS (
    ID NUMBER(38,0) NOT NULL,
    CUSTOMER VARCHAR(40),
    AMOUNT NUMBER(12,2) DEFAULT 0,
    CONSTRAINT ORDERS_PK PRIMARY KEY (ID)
);
INSERT INTO {{ database }}.SALES.ORDERS VALUES (1, 'it''s; one', 1.10), (2, 'two', 2.20);
